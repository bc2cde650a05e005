import type { DeviceView, Handlers, PlanView, RecoveryKeyView } from '../../contract/contract.ts';
import { BrowsedCollections } from '../browse/browsed-collections.ts';
import type { Engine } from '../engine.ts';
import { findAccount, logIn } from '../locations/find-account.ts';
import { accountOf, collectionsOfAccount } from '../locations/server-place.ts';
import { checkedName } from '../peers/protocol/display-name.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import { exportFormat, exportRecords } from './export-records.ts';
import { findCollection, findCollections, findDevice, findRequest } from './find-named.ts';
import { forgetJoin, joinRequest } from './join-request.ts';
import { leaveRequest } from './leave-request.ts';
import { membershipChecks } from './membership-checks.ts';
import { nearbyRequests } from './nearby-requests.ts';
import { problemViews } from './problem-views.ts';
import { recognizePlace } from './recognize-place.ts';
import { RecordRequests } from './record-requests.ts';
import { relayChecks } from './relay-checks.ts';
import { showRecord } from './show-record.ts';
import { sourceLacks } from './source-lacks.ts';
import { changeSource } from './source-settings.ts';
import { statusView } from './status-view.ts';
import { syncRequest } from './sync-request.ts';

const NOTHING: Record<string, never> = {};

/** Answers every request of the contract for one device. */
export function handlersOf(engine: Engine): Handlers {
  engine.events.showWith(() => statusView(engine));
  const records = new RecordRequests(engine);
  const browsed = new BrowsedCollections(engine.world.clock);
  return {
    status: () => statusView(engine),
    'ui:address': () => {
      throw new LockstepError('no-ui', 'This instance serves no browser UI.');
    },
    'collections:add': (options) => engine.add(options),
    'collections:invite': (collection, role, approveFirst) => ({
      link: engine.network.admissions.invite(findCollection(engine, collection).id, role, approveFirst),
    }),
    'collections:revoke-invite': (collection, link) => ({
      revoked: engine.network.admissions.revokeInvite(findCollection(engine, collection), link),
    }),
    'collections:recovery-key': (collection, action, key) =>
      recoveryKey(engine, findCollection(engine, collection), action, key),
    'collections:join': (link, location, format, wait) =>
      joinRequest(engine, (show) => engine.network.admissions.join(link, show), location, format, wait),
    ...nearbyRequests(engine),
    'accounts:password': (address, password) => {
      const { url, account } = accountOf(address, engine.world.secrets);
      if (account.user === null)
        throw new LockstepError(
          'bad-address',
          `Put the user into the address: ${url.protocol}//USER@${url.host}…`,
          address,
        );
      engine.world.secrets.setPassword({ origin: account.origin, user: account.user }, password);
      return NOTHING;
    },
    'accounts:collections': (address, kind) => collectionsOfAccount(address, kind, engine.world.secrets),
    'accounts:find': (typed, kind, user) => findAccount(typed, kind, user, engine.world.nameServers),
    'accounts:log-in': async (addresses, kind, password) => ({
      address: await logIn(addresses, kind, password, engine.world.secrets),
    }),
    'collections:leave': async (collection) => {
      if (!forgetJoin(engine, collection)) await leaveRequest(engine, findCollection(engine, collection));
      return NOTHING;
    },
    'requests:list': () => engine.network.admissions.requests(),
    'requests:answer': async (request, approve) => {
      await engine.network.admissions.answer(findRequest(engine, request), approve);
      return engine.network.admissions.requests();
    },
    sync: (options) => syncRequest(engine, options),
    'devices:list': () => deviceViews(engine),
    'devices:remove': (device, collection) => {
      const { device: id } = findDevice(engine, device);
      for (const replica of findCollections(engine, collection)) engine.members.remove(replica, id);
      return deviceViews(engine);
    },
    'devices:rename': (name) => {
      engine.config.set('name', checkedName(name));
      return deviceViews(engine);
    },
    'devices:role': (device, role, collection) => {
      const { device: id } = findDevice(engine, device);
      for (const replica of findCollections(engine, collection)) engine.members.setRole(replica, id, role);
      return deviceViews(engine);
    },
    'devices:quarantine': (device, take, collection) => {
      const { device: id } = findDevice(engine, device, 'and former ones');
      const replicas = findCollections(engine, collection);
      for (const replica of replicas) engine.members.settleQuarantine(replica, id, take);
      return replicas.flatMap(problemViews);
    },
    'source:change': (collection, change) => changeSource(engine, findCollection(engine, collection), change),
    'places:recognize': (location, format) => recognizePlace(engine, location, format),
    'source:lacks': (collection) => sourceLacks(findCollection(engine, collection)),
    'records:cat': (collection, record, which) => records.cat(collection, record, which),
    'records:content': (collection, record, content, size) => records.content(collection, record, content, size),
    'records:explain': (collection, record) => records.explain(collection, record),
    'conflicts:list': (collection) => records.conflicts(collection),
    'conflicts:first': (query) => records.firstConflicts(query),
    'conflicts:detail': (conflict) => records.detail(conflict),
    'conflicts:resolve': (conflict, choice) => records.resolve(conflict, choice),
    'conflicts:resolve-all': (prefer, collection) => records.resolveAll(prefer, collection),
    'duplicates:list': (collection) => browsed.duplicates(findCollection(engine, collection).collection),
    'duplicates:settle': (collection, one, other, isOnePerson) =>
      records.settleDuplicate(collection, one, other, isOnePerson),
    'duplicates:fuse-sure': (collection) => records.fuseSure(collection),
    'history:list': (query) => records.history(query),
    'history:acts': (query) => records.acts(query),
    'history:changes': (id, from, count, text) => records.actChanges(id, { from, count, text }),
    'history:undo': (id) => records.undo(id),
    'history:restore': (collection, record, at, to) => records.restore(collection, record, at, to),
    'problems:list': (collection) => findCollections(engine, collection).flatMap(problemViews),
    'safety:preview': (collection) => preview(engine, findCollections(engine, collection)),
    'safety:put-back': async (planOrSource) => {
      await putBack(engine, planOrSource);
      return {};
    },
    'safety:confirm': (planOrSource) => {
      confirm(engine, planOrSource);
      return NOTHING;
    },
    verify: (collection, content) => records.verify(collection, content),
    pause: (collection, paused) => {
      for (const replica of findCollections(engine, collection)) {
        replica.collection.transact(() => replica.collection.update({ paused }));
        for (const row of replica.synchronizers.keys()) {
          engine.schedules.get(row)?.dirty(null);
          engine.schedules.get(row)?.constructSoon();
        }
        engine.network.exchanges.changedHere(replica.id);
      }
      engine.changed();
      return NOTHING;
    },
    'records:show': (collection, record) => showRecord(findCollection(engine, collection), record),
    'records:list': (collection, search) => browsed.records(findCollection(engine, collection).collection, search),
    'calendar:agenda': (collection, from, to, timeZone) =>
      browsed.agenda(findCollection(engine, collection).collection, from, to, timeZone),
    export: (name, file, asked) => {
      const replica = findCollection(engine, name);
      const format = exportFormat(replica, asked, file);
      return format.kind === 'files'
        ? records.exportFolder(replica, file)
        : exportRecords(engine, replica, file, format);
    },
    config: (key, value) => {
      if (key === null) return { ...engine.config.all(), relay: engine.relaySetting.shown };
      const name = engine.config.named(key);
      if (value !== null)
        if (name === 'relay') engine.relaySetting.set(value);
        else engine.config.set(name, value);
      return { [name]: name === 'relay' ? engine.relaySetting.shown : engine.config.value(name) };
    },
    doctor: () => [
      integrity(engine),
      keysCheck(engine.world.keys.kept),
      copiesCheck(engine),
      { check: 'listening', ok: true, detail: engine.network.listenAddress, fix: null },
      ...membershipChecks(engine.replicas.values()),
      ...relayChecks(statusView(engine).collections),
    ],
    'desktop:pick-folder': () => null,
    'desktop:open-source': () => NOTHING,
  };
}

function recoveryKey(
  engine: Engine,
  replica: Replica,
  action: 'show' | 'make' | 'drop' | 'use',
  key: string | null,
): RecoveryKeyView {
  const { members } = engine;
  const made = action === 'make' ? members.makeRecoveryKey(replica) : null;
  if (action === 'drop') members.dropRecoveryKeys(replica);
  if (action === 'use') members.redeemRecoveryKey(replica, key ?? '');
  const { membership } = replica;
  const role = membership.member(engine.deviceId)?.role ?? 'reader';
  return {
    key: made,
    keys: membership.recoveryKeys().map(({ id, addedBy }) => ({ id, by: addedBy })),
    role: role === 'relay' ? 'reader' : role,
  };
}

function keysCheck(kept: 'file' | 'system') {
  const detail =
    kept === 'system'
      ? 'locked by the keychain of the system, passwords of servers too'
      : 'in a file only you can read, not in a keychain, and so are passwords of servers: encrypt your disk';
  return { check: 'keys', ok: true, detail, fix: null };
}

/** Did two computers write as one? What was found before the last start may be long settled. */
function copiesCheck({ events, replicas }: Engine) {
  const twice = [...replicas.values()].flatMap((replica) => {
    const frozen = replica.collection.log.logs().filter((log) => log.frozen);
    const names = new Set(frozen.map(({ log }) => replica.authorName(log)));
    return [...names].map((name) => `${name} in ${replica.collection.stored.name}`);
  });
  if (events.warnings.length === 0)
    return {
      check: 'copies',
      ok: true,
      detail:
        twice.length === 0 ? 'no device was copied or restored' : `wrote as two computers once: ${twice.join(', ')}`,
      fix: null,
    };
  const fix =
    'Restored from a backup: nothing is to be done. Copied to another computer: stop one of the two, give it an empty data directory, and join from there.';
  return { check: 'copies', ok: false, detail: events.warnings.join(' '), fix };
}

function integrity(engine: Engine) {
  const found = engine.world.database.pragma('quick_check', { simple: true });
  const ok = found === 'ok';
  return {
    check: 'database',
    ok,
    detail: String(found),
    fix: ok ? null : 'Stop Lockstep and move lockstep.db away: it is made anew from the folders and the other devices.',
  };
}

function deviceViews(engine: Engine): readonly DeviceView[] {
  const devices = new Map<string, DeviceView>();
  for (const replica of engine.replicas.values())
    for (const member of replica.membership.current?.members.values() ?? []) {
      const self = member.device === engine.deviceId;
      const isHere = self || engine.network.session(member.device) !== null;
      const met = isHere ? engine.world.clock.now() : Number(engine.registry.setting(`seen.${member.device}`) ?? 0);
      const seen = Math.max(met, replica.lastHeardOf(member.device) ?? 0);
      const known = devices.get(member.device);
      const role = member.role === 'relay' ? 'reader' : member.role;
      devices.set(member.device, {
        device: member.device,
        name: self ? engine.name : member.name,
        self,
        role: known?.role ?? role,
        collections: [...(known?.collections ?? []), replica.id],
        roles: { ...known?.roles, [replica.id]: role },
        lastSeen: latest(known?.lastSeen ?? null, seen),
      });
    }
  if (!devices.has(engine.deviceId))
    devices.set(engine.deviceId, {
      device: engine.deviceId,
      name: engine.name,
      self: true,
      role: 'admin',
      collections: [],
      roles: {},
      lastSeen: new Date(engine.world.clock.now()).toISOString(),
    });
  return [...devices.values()];
}

/** The later of what is said of a device in several collections; 0: nothing. */
function latest(known: string | null, seen: number): string | null {
  const last = Math.max(known === null ? 0 : Date.parse(known), seen);
  return last === 0 ? null : new Date(last).toISOString();
}

async function preview(engine: Engine, replicas: readonly Replica[]): Promise<PlanView> {
  const local: PlanView['local'][number][] = [];
  const incoming: PlanView['incoming'][number][] = [];
  const halts: PlanView['halts'][number][] = [];
  let plan = '';
  for (const replica of replicas)
    for (const synchronizer of replica.synchronizers.values()) {
      const seen = await synchronizer.preview();
      local.push(...seen.local);
      if (seen.halt !== null)
        halts.push({ source: synchronizer.source.id, reason: seen.halt.reason, detail: seen.halt.detail });
      plan ||= seen.plan ?? synchronizer.plan ?? '';
      for (const record of seen.asked) incoming.push({ record, action: 'delete' });
      const { records } = replica.collection;
      for (const row of synchronizer.construction.rows()) {
        const record = records.at(row);
        if (record === null) continue;
        const planned = replica.collection.plan(record, synchronizer.heldNow(row));
        if (planned.write)
          incoming.push({
            record: record.id,
            action: planned.fields === null ? 'delete' : synchronizer.heldNow(row) === null ? 'add' : 'modify',
          });
      }
    }
  engine.changed();
  return { plan, local, incoming, halts };
}

/** The source that waits for a person with this plan, or that is this one. Fails with `no-such-plan`. */
function waitingSource(engine: Engine, planOrSource: string) {
  for (const replica of engine.replicas.values())
    for (const [row, synchronizer] of replica.synchronizers) {
      const { source, plan } = synchronizer;
      if (plan !== null && (plan === planOrSource || source.id === planOrSource || source.location === planOrSource))
        return { synchronizer, plan, look: () => engine.schedules.get(row)?.dirty(null) };
    }
  throw noSuchPlan(planOrSource);
}

const noSuchPlan = (planOrSource: string): LockstepError =>
  new LockstepError(
    'no-such-plan',
    `Nothing waits for "${planOrSource}": look at status for the plan of a halted source.`,
    planOrSource,
  );

function confirm(engine: Engine, planOrSource: string): void {
  const { synchronizer, plan, look } = waitingSource(engine, planOrSource);
  synchronizer.confirm(plan);
  look();
}

async function putBack(engine: Engine, planOrSource: string): Promise<void> {
  const { synchronizer, plan, look } = waitingSource(engine, planOrSource);
  if (!synchronizer.isWritten)
    throw new LockstepError(
      'not-written',
      'Nothing is written to this source, as you said: allow that, or put the items back by hand.',
      planOrSource,
    );
  if (!(await synchronizer.putBack(plan))) throw noSuchPlan(planOrSource);
  look();
}
