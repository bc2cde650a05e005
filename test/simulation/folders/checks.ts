import { Collection } from '../../../src/main/collection.ts';
import { isConflict, isLive, type RecordState } from '../../../src/main/merge/record-state.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { toHex } from '../../../src/main/peers/protocol/hex.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { fieldRule } from '../../../src/main/record/field-rules.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileEntry, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { Digest, LogId, RecordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { validateFileChange } from '../../../src/main/sources/files/validate-file-change.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import { bytesOfText, type Seen, viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { show } from './ledger.ts';
import { hasSource, SECOND } from './place-events.ts';
import { wentAlong } from './went-along.ts';

/** Packages whose deletes were looked at, by log. */
export type Looked = Map<LogId, number>;

/** What must hold after every step. */
export function checkStep(group: SimulatedGroup, looked: Looked): void {
  for (const device of group.devices) {
    group.ledger.observe(device);
    // What it let go of in its own right is noticed now, before somebody who had heard of none of it settles a conflict with it.
    group.ledger.checkOwed(device, group.ledger.forgets.has(device));
  }
  for (const device of group.members) {
    checkDeletes(group, device, looked);
    checkInStep(group, device);
    checkHolders(group, device);
  }
}

/**
 * Every file that a source has, as its snapshot says, is known to hold its content: else nobody copies it, and it is given to nobody. Not one of
 * which the snapshot is in doubt, as after a loss of power.
 */
function checkHolders(group: SimulatedGroup, device: SimulatedDevice): void {
  const { collection, synchronizers } = group.replica(device) as Replica;
  const { contents, keeper } = device.engine;
  for (const record of collection.records.all())
    for (const source of synchronizers.keys()) {
      const stored = collection.records.snapshot(source, record.row);
      const isThere = stored !== undefined && stored.revision?.[0] === 0 && !keeper.holdsBack(source, record.id);
      const entry = isThere ? fileEntry(collection.held(record, stored)?.get(ENTRY)?.value) : null;
      if (entry?.type !== 'file' || entry.size === 0) continue;
      if (collection.problems.find(source, record.id)?.code === 'unreadable') continue;
      const isKnown = [...contents.here.holders(entry.digest)].some(
        (each) => each.source === source && each.row === record.row,
      );
      if (!isKnown)
        group.find('I1', `${device.name} does not know that ${record.id} of source ${source} holds ${entry.digest}`);
    }
}

/** I10: a delete that a source told was seen by the person who did it, or had come from elsewhere before. */
function checkDeletes(group: SimulatedGroup, device: SimulatedDevice, looked: Looked): void {
  const replica = group.replica(device) as Replica;
  const { collection } = replica;
  const log = collection.stored.ownLog;
  const after = looked.get(log) ?? 0;
  for (const { row, number } of collection.log.after(log, after, 1000)) {
    looked.set(log, number);
    for (const change of collection.packages.changesIn(row) ?? []) {
      if ('invalid' in change || change.cause !== 'source') continue;
      const { record } = change;
      if (!change.writes.some((write) => write.field === EXISTS && write.value === false)) continue;
      if (group.ledger.vanishedAt(device, record) > 0) continue;
      const found = collection.records.find(record) as StoredRecord;
      const history = collection.log.changesOf(found.row).flatMap((dot) => collection.packages.changeAt(dot) ?? []);
      const deletedBefore =
        history.filter((each) => each.change.writes.some((write) => write.field === EXISTS && write.value === false))
          .length > 1;
      const wasDirectory = history.some((each) =>
        each.change.writes.some((write) => write.field === ENTRY && fileEntry(write.value)?.type === 'directory'),
      );
      const isExcused = group.restored.has(device) || wentAlong(device, group.ledger.view(device), collection, found);
      if (!deletedBefore && !wasDirectory && !isExcused)
        group.find('I10', `${device.name} deletes ${record}, which nobody deleted there`);
    }
  }
}

/** Status says "in step" only where it is so: what is here has been applied by all members that can be asked. */
function checkInStep(group: SimulatedGroup, device: SimulatedDevice): void {
  const replica = group.replica(device) as Replica;
  const linked = (one: SimulatedDevice, other: SimulatedDevice): boolean =>
    one.engine.network.session(other.identity.id)?.isOpen(replica.id) === true;
  const shown = statusView(device.engine).collections.find((each) => each.id === group.collection);
  if (shown?.state !== 'in-step') return;
  checkShown(group, device, replica);
  const merged = mergedText(replica);
  for (const other of group.members) {
    const theirs = group.replica(other) as Replica;
    // That a log has branches is known once somebody has told of it.
    const hasHeard = group.haveTalked(device, other, linked(device, other) && linked(other, device));
    if (other !== device && headsText(theirs, !hasHeard) === headsText(replica, !hasHeard))
      for (const [id, text] of mergedText(theirs))
        if (merged.get(id) !== text)
          group.find(
            'status',
            `${device.name} says in step and knows what ${other.name} knows, but ${id} is merged otherwise`,
          );
    if (replica.membership.member(other.identity.id) === null) continue;
    // That a member lost its database is known once it is linked again and has said what it applied.
    if (group.lostDatabase.has(other) && !hasHeard) continue;
    const logs = new Map(theirs.collection.log.logs().map((log) => [log.log, log]));
    for (const log of replica.collection.log.logs())
      if (log.held > (logs.get(log.log)?.applied ?? 0))
        group.find(
          'status',
          `${device.name} says in step, but ${other.name} has applied ${logs.get(log.log)?.applied ?? 0} of ${log.held}`,
        );
  }
}

/** What each log is held up to, as text; `branches`: and by which package, and whether it is known to have any. */
const headsText = ({ collection }: Replica, branches: boolean): string =>
  collection.log
    .logs()
    .filter(({ held }) => held > 0)
    .map(({ log, held, hash, frozen }) => `${log} ${held}${branches ? ` ${hash}${frozen ? '!' : ''}` : ''}`)
    .sort()
    .join();

/** Whoever says "in step" shows, as far as its snapshot knows, what is merged; where a conflict is open, one of its values. */
function checkShown(group: SimulatedGroup, device: SimulatedDevice, { collection, synchronizers }: Replica): void {
  const records = [...collection.records.all()];
  const live = records.filter(({ state }) => isLive(state)).map(({ id }) => id as string);
  for (const synchronizer of synchronizers.values()) {
    // What its rules leave out it does not show.
    if (!synchronizer.isWritten || synchronizer.adapter.rulesVersion() !== 0) continue;
    for (const { id, row, state } of records) {
      // A record with live children shows as a directory.
      if (live.some((other) => other.startsWith(`${id}/`))) continue;
      const held = synchronizer.heldNow(row);
      const values = (field: typeof ENTRY) => (state.fields.get(field) ?? []).map(({ value }) => value);
      const isThere = held?.get(EXISTS)?.value === true;
      const why =
        !values(EXISTS).includes(isThere) && (isThere || isLive(state)) ? `is ${isThere ? '' : 'not '}there` : null;
      const entry = held?.get(ENTRY)?.value ?? null;
      const isOther = isThere && !values(ENTRY).some((value) => fieldRule('files', ENTRY).same(value, entry));
      if (why !== null || isOther)
        group.find(
          'status',
          `${device.name} says in step, but ${id} ${why ?? `is ${canonicalText(ENTRY, entry)}`} there`,
        );
    }
  }
}

/** I2: with everything mended and quiet, all members know, merged and show the same. */
export function checkConvergence(group: SimulatedGroup): void {
  const [first, ...others] = group.members;
  if (first === undefined) return;
  const wanted = mergedText(group.replica(first) as Replica);
  for (const other of others) {
    const merged = mergedText(group.replica(other) as Replica);
    for (const id of new Set([...wanted.keys(), ...merged.keys()]))
      if (wanted.get(id) !== merged.get(id))
        group.find('I2', `${first.name} and ${other.name} differ in ${id}: ${wanted.get(id)} and ${merged.get(id)}`);
  }
  for (const device of group.members) {
    if (device === group.middle) continue;
    checkProjection(group, device, ROOT);
    if (hasSource(group, device, SECOND)) checkProjection(group, device, SECOND);
  }
  checkEpochs(group);
  checkRemoved(group);
  checkOpen(group);
}

/** Members that are linked have the collection open between them, both of them. */
function checkOpen(group: SimulatedGroup): void {
  for (const one of group.members)
    for (const other of group.members) {
      const { id } = group.replica(one) as Replica;
      if (one.engine.network.session(other.identity.id)?.isOpen(id) === false)
        group.find('status', `${one.name} is linked with ${other.name}, and has not opened the collection with it`);
    }
}

/** All members know the same secrets, write with the same one and use the same relay; who was removed does not know it. */
function checkEpochs(group: SimulatedGroup): void {
  const now = group.clock.now();
  const toldBy = (device: SimulatedDevice) => {
    const { membership } = group.replica(device) as Replica;
    const secrets = membership.epochs().map(({ id, secret }) => `${id} ${secret === null ? '?' : toHex(secret)}`);
    return { secrets: secrets.join(', '), writes: membership.writingEpoch(now)?.id, relay: membership.relay() };
  };
  const [first, ...others] = group.members;
  if (first === undefined) return;
  const wanted = toldBy(first);
  for (const other of others) {
    const told = toldBy(other);
    for (const what of ['secrets', 'writes', 'relay'] as const)
      if (told[what] !== wanted[what])
        group.find('epochs', `${what}: ${first.name} has ${wanted[what]}, ${other.name} ${told[what]}`);
  }
  const { membership } = group.replica(first) as Replica;
  const holders = membership.current?.rotations.find(({ id }) => id === wanted.writes)?.holders ?? [];
  for (const device of holders)
    if (membership.member(device) === null) group.find('epochs', `${device} was removed and knows ${wanted.writes}`);
}

/** Who was removed has heard of it, where anybody could tell it: a relay lets it in no more, and nobody else meets it. */
function checkRemoved(group: SimulatedGroup): void {
  if (group.relay !== null) return;
  for (const device of group.devices) {
    if (!group.isRemoved(device) || group.replica(device) === null) continue;
    const shown = statusView(device.engine).collections.find((each) => each.id === group.collection);
    if (shown?.state !== 'problem') group.find('status', `${device.name} was removed, and says ${shown?.state}`);
  }
}

/** A collection as merged: by record, its values with the changes that wrote them. */
export function mergedText(replica: Pick<Replica, 'collection'>): Map<string, string> {
  const { collection } = replica;
  const merged = new Map<string, string>();
  for (const record of collection.records.all()) {
    const fields = [...record.state.fields]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, siblings]) => {
        const values = siblings.map(({ value, dots }) => {
          const names = dots.map((dot) => nameOfDot(collection, dot)).sort();
          return `${canonicalText(field, value)} by ${names.join('+')}`;
        });
        return `${field}: ${values.sort().join(' | ')}`;
      });
    merged.set(record.id, fields.join('; '));
  }
  return merged;
}

export function nameOfDot(collection: Collection, dot: number): string {
  const { name, index } = collection.log.nameOf(dot as never);
  return `${name.log.slice(0, 4)}-${name.number}-${index}`;
}

/** The folder shows what is merged; where a conflict is open, one of its values. */
function checkProjection(group: SimulatedGroup, device: SimulatedDevice, location: string): void {
  const { collection, synchronizers } = group.replica(device) as Replica;
  const view = location === ROOT ? group.ledger.view(device) : (viewRoot(device.disk, location) ?? new Map());
  const problems = [...synchronizers.keys()].flatMap((source) => collection.problems.of(source));
  const troubled = (id: string): boolean =>
    problems.some(({ record }) => record === id || id.startsWith(`${record}/`) || record.startsWith(`${id}/`));
  const live = new Set(
    [...collection.records.all()].filter((record) => isLive(record.state)).map((record) => record.id as string),
  );
  for (const record of collection.records.all()) {
    if (!isLive(record.state)) continue;
    // A record with live children shows as a directory.
    if (view.get(record.id)?.type === 'directory' && [...live].some((id) => id.startsWith(`${record.id}/`))) continue;
    if (troubled(record.id)) continue;
    if (isUnavailable(group, record.state)) continue;
    const why = whyOther(record.state, view.get(record.id), record.id);
    if (why !== null) group.find('I2', `${device.name} does not show ${record.id} as merged: ${why}`);
  }
  for (const [path, seen] of view) {
    const implied = seen.type === 'directory' && [...live].some((id) => id.startsWith(`${path}/`));
    if (!live.has(path) && !implied && !troubled(path))
      group.find('I2', `${device.name} shows ${path}, which is deleted`);
  }
}

function whyOther(state: RecordState, seen: Seen | undefined, id: string): string | null {
  const values = (field: typeof ENTRY) => (state.fields.get(field) ?? []).map((sibling) => sibling.value);
  const exists = values(EXISTS);
  if (seen === undefined) return exists.includes(false) ? null : 'it is not there';
  const entries = values(ENTRY);
  if (!entries.some((value) => isEntry(value, seen)))
    return `it is ${seen.type} ${show(seen.content)}, not ${entries.map((value) => canonicalText(ENTRY, value)).join(' | ')}`;
  if (entries.length > 1 || seen.type !== 'file') return null;
  const executable = values(EXECUTABLE);
  if (!(executable.length === 0 ? [false] : executable).some((value) => (value ?? false) === seen.executable))
    return `executable is ${seen.executable}`;
  const modified = values(MODIFIED).filter((value) => typeof value === 'number');
  const largest = Math.max(...modified);
  const shown = Number((seen.modified + 500n) / 1000n);
  const isOpen = exists.length > 1 || isConflict(fieldRule('files', EXECUTABLE), state.fields.get(EXECUTABLE) ?? []);
  return modified.length === 0 || isOpen || Math.abs(largest - shown) <= 1
    ? null
    : `${id} was modified at ${shown}, not ${largest}`;
}

function isEntry(value: unknown, seen: Seen): boolean {
  const entry = fileEntry(value as never);
  if (entry === null || entry.type !== seen.type) return false;
  if (entry.type === 'symlink') return entry.target === seen.content;
  return entry.type === 'directory' || entry.digest === digestOf(bytesOfText(seen.content));
}

/** I1: every value that stands, and every one history says is here, can be given back. */
export function checkContents(group: SimulatedGroup): void {
  const { ledger } = group;
  for (const device of group.devices) ledger.checkOwed(device, true);
  const [first] = group.members;
  if (first === undefined) return;
  for (const record of (group.replica(first) as Replica).collection.records.all()) {
    if (!isLive(record.state)) continue;
    for (const { value } of record.state.fields.get(ENTRY) ?? []) {
      const entry = fileEntry(value);
      if (entry?.type !== 'file' || entry.size === 0) continue;
      const content = ledger.contentOf(entry.digest);
      if (content === null) group.find('I6', `${record.id} has a content nobody wrote: ${entry.digest}`);
      else if (!isLost(group, content)) continue;
      else if (!ledger.destroyed.has(content) && !wentAway(group, content))
        group.find('I1', `${record.id} stands for ${show(content)}, which nobody has`);
    }
  }
  for (const device of group.members) checkClaims(group, device);
}

/** Nobody has it, where it can be given from: a person destroyed it before another member could fetch it, or worse. */
const isLost = (group: SimulatedGroup, content: string): boolean =>
  !group.members.some(
    (device) => group.ledger.has(device, content) && (device !== group.middle || canGive(group, device, content)),
  );

/** What the one in the middle leaves out may lie in its folder all the same: its program does not look at it. */
function canGive(group: SimulatedGroup, device: SimulatedDevice, content: string): boolean {
  if (group.ledger.isKept(device, content)) return true;
  const view = [...group.ledger.view(device)];
  const ours = [...(group.replica(device) as Replica).synchronizers.values()];
  return ours.some(
    ({ source, adapter }) =>
      source.location === ROOT &&
      view.some(([path, seen]) => seen.content === content && !adapter.outside(path as RecordId, false)),
  );
}

/** What only a removed device has went with it. */
const wentAway = (group: SimulatedGroup, content: string): boolean =>
  group.devices.some((device) => group.isRemoved(device) && group.ledger.has(device, content));

/** Does a value of the record stand for a content nobody has? Then there is nothing to show. */
function isUnavailable(group: SimulatedGroup, state: RecordState): boolean {
  return (state.fields.get(ENTRY) ?? []).some(({ value }) => {
    const entry = fileEntry(value);
    const content = entry?.type === 'file' && entry.size > 0 ? group.ledger.contentOf(entry.digest) : null;
    return (
      content !== null && isLost(group, content) && (group.ledger.destroyed.has(content) || wentAway(group, content))
    );
  });
}

function checkClaims(group: SimulatedGroup, device: SimulatedDevice): void {
  const { ledger } = group;
  const { collection } = group.replica(device) as Replica;
  for (const { row } of collection.log.logs().flatMap((log) => collection.log.after(log.log, 0, 10_000)))
    for (const change of collection.packages.changesIn(row) ?? [])
      for (const write of 'invalid' in change ? [] : change.writes) {
        const entry = fileEntry(write.value);
        if (entry?.type !== 'file' || entry.size === 0) continue;
        const content = group.ledger.contentOf(entry.digest);
        if (content === null)
          group.find('I6', `a change of ${device.name} names a content nobody wrote: ${entry.digest}`);
        else if (
          device.engine.contents.here.isHere(entry.digest) &&
          !ledger.halves.has(content) &&
          !ledger.has(device, content)
        )
          group.find(
            'I1',
            `${device.name} says it has ${show(content)} ${placesOf(group, device, entry.digest, content)}, and has it not`,
          );
      }
}

/** Where a device says it has a content, for a person who looks into it. */
function placesOf(group: SimulatedGroup, device: SimulatedDevice, digest: Digest, content: string): string {
  const { contents, contentStore } = device.engine;
  const places = [...contents.here.holders(digest)].map(({ id }) => `at ${id}`);
  if (contentStore.isKept(digest)) places.push('in its store');
  if (group.ledger.isStaged(device, content)) places.push('(it is aside)');
  return places.join(' and ');
}

/** I3: the packages in another order, some of them twice, make the same records. */
export function checkOrder(group: SimulatedGroup, random: SeededRandom): void {
  const [first] = group.members;
  if (first === undefined) return;
  const replica = group.replica(first) as Replica;
  const database = openDatabase(':memory:');
  try {
    const registry = new RegistryStore(database);
    const stored = registry.addCollection(replica.id, 'again', 'files', 'ffffffffffffffff' as LogId);
    const { membership } = replica;
    const again = new Collection({
      database,
      registry,
      stored,
      authority: {
        member: membership.ownKey,
        sign: (bytes) => membership.sign(bytes),
        verify: (member, bytes, signature) => membership.verify(member, bytes, signature),
        refuses: () => null,
        nameOf: String,
        invalid: validateFileChange,
      },
      clock: first.wall,
      random,
    });
    const queues = replica.collection.log
      .logs()
      .map((log) => replica.collection.log.after(log.log, 0, 100_000).map((each) => each.bytes))
      .filter((queue) => queue.length > 0);
    while (queues.some((queue) => queue.length > 0)) {
      const queue = random.pick(queues.filter((each) => each.length > 0));
      const count = random.between(1, queue.length);
      const packages = queue.splice(0, count);
      again.transact(() => [...packages, ...(random.chance(0.2) ? packages : [])].map((bytes) => again.receive(bytes)));
    }
    const [wanted, found] = [mergedText(replica), mergedText({ collection: again })];
    for (const id of new Set([...wanted.keys(), ...found.keys()]))
      if (wanted.get(id) !== found.get(id))
        group.find('I3', `another order makes of ${id}: ${found.get(id)}, not ${wanted.get(id)}`);
  } finally {
    database.close();
  }
}

/** All that each running device knows of one record, for a person who looks into a finding. */
export function dumpRecord(group: SimulatedGroup, id: string): readonly string[] {
  const lines: string[] = [];
  for (const device of group.alive) {
    const replica = group.replica(device);
    if (replica === null) continue;
    const { collection } = replica;
    const found = collection.records.find(id as never);
    const seen = group.ledger.view(device).get(id);
    lines.push(`${device.name} shows ${seen === undefined ? 'nothing' : `${seen.type} ${show(seen.content)}`}`);
    if (found === null) continue;
    lines.push(`  merged: ${mergedText(replica).get(id)}`);
    for (const [source, synchronizer] of replica.synchronizers) {
      const snapshot = collection.records.snapshot(source, found.row);
      const held = [...(synchronizer.heldNow(found.row) ?? [])].map(
        ([field, each]) =>
          `${field} ${canonicalText(field, each.value)} by ${each.dots.map((dot) => nameOfDot(collection, dot)).join('+')}`,
      );
      const { state, reason, construction } = synchronizer;
      lines.push(
        `  snapshot: ${snapshot === undefined ? 'none' : `revision ${snapshot.revision === null ? 'none' : 'some'}${snapshot.held === null ? ', as shown' : ''}`}; held ${held.join(', ')}`,
      );
      lines.push(
        `  source ${state} ${reason ?? ''}; open ${construction.open}, waiting ${construction.waiting}, this one ${construction.rows().includes(found.row)}`,
      );
      for (const problem of collection.problems.of(source))
        lines.push(`  problem ${problem.record}: ${problem.code} ${problem.detail}`);
    }
    for (const dot of collection.log.changesOf(found.row)) {
      const change = collection.packages.changeAt(dot)?.change;
      const writes = change?.writes.map((write) => {
        const entry = fileEntry(write.value);
        const content = entry?.type === 'file' ? show(group.ledger.contentOf(entry.digest) ?? '?') : '';
        return `${write.field}=${canonicalText(write.field, write.value).slice(0, 16)}${content} for ${write.replaces.map((each) => nameOfDot(collection, each)).join('+')}`;
      });
      lines.push(
        `  ${nameOfDot(collection, dot)} ${change?.cause} ${writes?.join('; ')}${change?.movedTo ? ` to ${change.movedTo}` : ''}${change?.movedFrom ? ` from ${change.movedFrom}` : ''}`,
      );
    }
  }
  return lines;
}
