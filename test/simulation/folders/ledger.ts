import { isLive } from '../../../src/main/merge/record-state.ts';
import type { Clock } from '../../../src/main/platform/clock.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { ENTRY, fileEntry } from '../../../src/main/record/file-entry.ts';
import { type Digest, recordId } from '../../../src/main/record/ids.ts';
import { beforeRename } from '../../fakes/simulated-user.ts';
import { bytesOfText, stagedContents, type View, viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SECOND } from './place-events.ts';

/** So long what a program wrote may be lost with the power. */
const UNSYNCED_MS = 60_000;

/** Something that must not be. */
export interface Finding {
  /** The invariant that is broken, as docs/invariants name them. */
  readonly rule: string;
  readonly what: string;
}

/** What is known of one computer's folder. */
interface Folder {
  view: View;
  /** Paths the person (or the world: power, disks) made go, and how often. */
  readonly vanished: Map<string, number>;
  /** Contents the program took out of the folder: it owes them. */
  readonly owed: Map<string, string>;
  /** Of these, what lay aside, not yet on the disk for sure, when the power went: another computer may have it instead. */
  readonly doubtful: Set<string>;
  /** Of these, what was not looked for yet. */
  readonly unchecked: Set<string>;
  /** Contents a power loss tore; they must go no further. */
  readonly torn: Set<string>;
  /** By path, contents a person wrote there and no look took in so far: what a power loss leaves of those nobody can tell. */
  readonly unseen: Map<string, Set<string>>;
  /** When its database, and with it the journal of un-synced writes, was lost; milliseconds. */
  journalLost: number;
  /** The same, of the other folder of the computer; or when a person wrote there last. */
  secondLost: number;
  /** What a person wrote there. */
  readonly inSecond: Set<string>;
  /** Paths last written by the program. */
  readonly programWrote: Set<string>;
}

/**
 * Who wrote what. It looks at each folder before and after everything a person does, so it knows of each change whose it is, and
 * holds against the program what it took away (I1, I5), made up (I4, I6) or deleted without cause (I10).
 */
export class Ledger {
  /** Every content somebody wrote, and every half of one that stood on a disk. */
  readonly written = new Set<string>(['']);
  /** When it was written first; milliseconds. */
  readonly #writtenAt = new Map<string, number>();
  readonly #digests = new Map<Digest, string>();
  readonly #folders = new Map<SimulatedDevice, Folder>();
  readonly #report: (finding: Finding) => void;
  readonly #devices: readonly SimulatedDevice[];
  readonly #clock: Clock;
  /** Contents of which a person destroyed the last one seen on a computer. */
  readonly destroyed = new Set<string>();
  /** What stood in a file only while it was being written. */
  readonly halves = new Set<string>();
  /** Computers that were told to keep little of what was: that is theirs to let go of, but for what stands. */
  readonly forgets = new Set<SimulatedDevice>();
  step = 0;

  constructor(devices: readonly SimulatedDevice[], clock: Clock, report: (finding: Finding) => void) {
    this.#devices = devices;
    this.#clock = clock;
    this.#report = report;
  }

  /** The content a digest names; null: nobody wrote it. */
  contentOf(digest: Digest): string | null {
    return this.#digests.get(digest) ?? null;
  }
  note(content: string): void {
    if (this.written.has(content)) return;
    this.written.add(content);
    this.#writtenAt.set(content, this.#clock.now());
    this.#digests.set(digestOf(bytesOfText(content)), content);
  }
  /** Where a disk does not tell case apart, what stood there under another case is the same item. */
  vanishedAt(device: SimulatedDevice, path: string): number {
    const named = (other: string) => other === path || (device.folding && other.toLowerCase() === path.toLowerCase());
    return [...this.#folder(device).vanished].reduce((sum, [other, times]) => sum + (named(other) ? times : 0), 0);
  }
  view(device: SimulatedDevice): View {
    return this.#folder(device).view;
  }

  /** Runs what a person does to a folder; what is other afterwards is the person's. `torn`: it was the power that went. */
  byPerson<T>(device: SimulatedDevice, act: () => T, torn = false): T {
    this.observe(device);
    // A program that does not run may have it.
    const isWatchedOver = device.running === null || isSource(device);
    if (torn) this.#forgive(device);
    try {
      return act();
    } finally {
      this.#takePerson(device, torn && isWatchedOver);
      if (torn) this.#takeSecond(device);
    }
  }

  /** The power went: what a person wrote to the other folder within the minute may be gone, whatever the first one is. */
  #takeSecond(device: SimulatedDevice): void {
    const { secondLost, inSecond } = this.#folder(device);
    if (this.#clock.now() - secondLost > UNSYNCED_MS) return;
    this.#noteSecond(device);
    for (const content of inSecond) this.destroyed.add(content);
  }

  /** The power will go: what lies aside is not on the disk for sure, and what somebody wrote within the minute is not in any case. */
  #forgive(device: SimulatedDevice): void {
    const { owed, unchecked, doubtful } = this.#folder(device);
    for (const content of stagedContents(device.disk, ROOT)) {
      if (!owed.has(content)) continue;
      doubtful.add(content);
      if (this.#clock.now() - (this.#writtenAt.get(content) ?? 0) > UNSYNCED_MS) continue;
      owed.delete(content);
      unchecked.delete(content);
    }
  }

  /**
   * With its database a program loses the journal of un-synced writes, and with a folder that of what it wrote there: from now on what is torn is
   * as good as any content.
   */
  loseJournal(device: SimulatedDevice, of: 'first' | 'second' | 'both' = 'both'): void {
    const folder = this.#folder(device);
    if (of !== 'second') {
      folder.journalLost = this.#clock.now();
      for (const content of folder.torn) this.note(content);
      folder.torn.clear();
    }
    if (of === 'first') return;
    folder.secondLost = this.#clock.now();
    this.#noteSecond(device);
  }

  /** A person writes to its other folder: what a power loss leaves of that nobody can tell, and what it takes is gone. */
  inSecond(device: SimulatedDevice, content: string, act: () => void): void {
    const folder = this.#folder(device);
    this.note(content);
    folder.secondLost = this.#clock.now();
    folder.inSecond.add(content);
    const contents = () => new Set([...(viewRoot(device.disk, SECOND)?.values() ?? [])].map((seen) => seen.content));
    const before = contents();
    act();
    const after = contents();
    for (const each of before) if (!after.has(each)) this.destroyed.add(each);
  }

  /** What is torn in its other folder is as good as any content too. */
  #noteSecond(device: SimulatedDevice): void {
    for (const seen of viewRoot(device.disk, SECOND)?.values() ?? []) if (isFile(seen)) this.note(seen.content);
  }

  /** Looks at what the program has done to a folder since it was last looked at. */
  observe(device: SimulatedDevice): void {
    const folder = this.#folder(device);
    const view = viewRoot(device.disk, ROOT);
    if (view === null || !device.isMounted) return;
    const still = new Set([...view.values()].filter(isFile).map((seen) => seen.content));
    for (const [path, seen] of folder.view) {
      const now = view.get(path);
      if (now?.type === seen.type && now.content === seen.content) continue;
      folder.programWrote.add(path);
      if (!isFile(seen) || seen.content === '' || still.has(seen.content) || folder.torn.has(seen.content)) continue;
      folder.owed.set(seen.content, `${path} at step ${this.step}`);
      folder.unchecked.add(seen.content);
    }
    this.#forgetSeen(device, folder);
    for (const [path, seen] of view) {
      const before = folder.view.get(path);
      if (before?.type === seen.type && before.content === seen.content) continue;
      folder.programWrote.add(path);
      if (isFile(seen) && !this.written.has(seen.content) && !folder.torn.has(seen.content))
        this.#report({ rule: 'I6', what: `${device.name} shows at ${path} what nobody wrote: ${show(seen.content)}` });
    }
    folder.view = view;
  }

  /** Has the program still what it took from the folder? `all`: also what it had when last asked. */
  checkOwed(device: SimulatedDevice, all = false): void {
    const folder = this.#folder(device);
    if (folder.owed.size === 0 || device.running === null || !device.isMounted) return;
    const shown = new Set([...folder.view.values()].filter(isFile).map((seen) => seen.content));
    const staged = stagedContents(device.disk, ROOT);
    // What it moved aside and put back it never took: as before, it is the person's to write over, whether or not a look saw it.
    for (const content of folder.owed.keys()) {
      if (!shown.has(content) || staged.has(content) || this.isKept(device, content)) continue;
      folder.owed.delete(content);
      folder.unchecked.delete(content);
    }
    const open = all ? [...folder.owed.keys()] : [...folder.unchecked];
    for (const content of open) {
      folder.unchecked.delete(content);
      // In another folder of the computer it is on that computer as well.
      if (shown.has(content) || staged.has(content) || this.has(device, content)) continue;
      const path = folder.owed.get(content) ?? '';
      folder.owed.delete(content);
      const mayGo = this.forgets.has(device);
      // From now on whoever has it answers for it.
      if (
        (mayGo || folder.doubtful.has(content)) &&
        this.#devices.some((each) => each !== device && this.has(each, content))
      )
        continue;
      if (mayGo && !this.#stands(device, content)) {
        this.destroyed.add(content);
        continue;
      }
      this.#report({ rule: 'I1', what: `${device.name} took ${show(content)} from ${path} and has it no more` });
    }
  }

  /** Is a content on this computer, where its program can give it back? */
  has(device: SimulatedDevice, content: string): boolean {
    const replicas = [...(device.running?.engine.replicas.values() ?? [])];
    const sources = replicas.flatMap(({ synchronizers }) => [...synchronizers.values()]);
    const others = sources.flatMap(({ source: { location } }) => (location === ROOT ? [] : location));
    const views = [this.#folder(device).view, ...others.flatMap((location) => viewRoot(device.disk, location) ?? [])];
    const shows = (view: View) => [...view.values()].some((seen) => isFile(seen) && seen.content === content);
    return views.some(shows) || this.isKept(device, content);
  }

  /** Is it a value of a record, as a computer knows? */
  #stands(device: SimulatedDevice, content: string): boolean {
    const replicas = [...(device.running?.engine.replicas.values() ?? [])];
    return replicas.some(({ collection }) =>
      [...collection.records.all()].some(({ state }) =>
        (state.fields.get(ENTRY) ?? []).some(({ value }) => {
          const entry = isLive(state) ? fileEntry(value) : null;
          return entry?.type === 'file' && this.contentOf(entry.digest) === content;
        }),
      ),
    );
  }

  /** Does it lie where the program put it aside? */
  isStaged(device: SimulatedDevice, content: string): boolean {
    return stagedContents(device.disk, ROOT).has(content);
  }

  /** Is a content in the version store of a running program? */
  isKept(device: SimulatedDevice, content: string): boolean {
    const { running, onCall } = device;
    if (running === null) return false;
    // Looking is not a call of the program.
    device.onCall = null;
    try {
      return running.write.readKept(digestOf(bytesOfText(content))) !== null;
    } finally {
      device.onCall = onCall;
    }
  }

  /**
   * A person wrote the rest of a content whose first `half` stood in a file. Where the program had taken that file aside, it now owes
   * the whole, and no longer the half.
   */
  finished(device: SimulatedDevice, content: string, half: string, path: string): void {
    this.note(content);
    this.destroyed.add(half);
    this.halves.add(half);
    const { view, owed, unchecked } = this.#folder(device);
    unchecked.delete(half);
    if (!owed.delete(half) || [...view.values()].some((seen) => isFile(seen) && seen.content === content)) return;
    owed.set(content, path);
    unchecked.add(content);
  }

  #takePerson(device: SimulatedDevice, torn: boolean): void {
    const folder = this.#folder(device);
    const view = viewRoot(device.disk, ROOT);
    if (view === null || !device.isMounted) return;
    const isTold = this.#clock.now() - folder.journalLost > UNSYNCED_MS;
    for (const [path, before] of folder.view) {
      if (before.type === 'directory' || view.get(path)?.type === before.type) continue;
      folder.vanished.set(path, (folder.vanished.get(path) ?? 0) + 1);
    }
    for (const [path, seen] of view) {
      if (folder.view.get(path)?.content === seen.content || !isFile(seen)) continue;
      const isKnown = ![...(folder.unseen.get(path) ?? [])].some((whole) => couldBeLeftOf(seen.content, whole));
      if (torn && isTold && isKnown && folder.programWrote.has(path) && !this.written.has(seen.content))
        folder.torn.add(seen.content);
      else {
        this.note(seen.content);
        // The power may bring it back to where it stood before it was renamed to this.
        for (const place of [path, beforeRename(path)])
          folder.unseen.set(place, (folder.unseen.get(place) ?? new Set()).add(seen.content));
        folder.programWrote.delete(path);
      }
    }
    // What lay aside is torn like what stood in its place, and the program may put it back there.
    for (const content of torn ? stagedContents(device.disk, ROOT) : []) {
      if (this.written.has(content)) continue;
      if (isTold) folder.torn.add(content);
      else this.note(content);
    }
    const still = new Set([...view.values()].map((seen) => seen.content));
    for (const { content } of folder.view.values()) if (!still.has(content)) this.destroyed.add(content);
    folder.view = view;
  }

  /** What a running program tells of a path in its log, a look has seen there: here, or where it came from. */
  #forgetSeen({ running }: SimulatedDevice, { unseen }: Folder): void {
    for (const { collection } of running?.engine.replicas.values() ?? [])
      for (const [path, contents] of unseen) {
        const record = collection.records.find(recordId(path));
        for (const { field, value } of record === null ? [] : collection.packages.earlierValues(record.row)) {
          const entry = field === ENTRY ? fileEntry(value) : null;
          if (entry?.type === 'file') contents.delete(this.#digests.get(entry.digest) ?? '');
        }
      }
  }

  #folder(device: SimulatedDevice): Folder {
    let folder = this.#folders.get(device);
    if (folder === undefined) {
      folder = {
        view: new Map(),
        vanished: new Map(),
        owed: new Map(),
        doubtful: new Set(),
        unchecked: new Set(),
        torn: new Set(),
        unseen: new Map(),
        journalLost: Number.NEGATIVE_INFINITY,
        secondLost: Number.NEGATIVE_INFINITY,
        inSecond: new Set(),
        programWrote: new Set(),
      };
      this.#folders.set(device, folder);
    }
    return folder;
  }
}

/** Did a power loss cut it short, or leave zeroes in it? */
const couldBeLeftOf = (found: string, whole: string): boolean =>
  found.length <= whole.length && [...found].every((character, at) => character === '\0' || character === whole[at]);

/** Is the first folder of a device one its program keeps in step? What is torn in another nobody can tell from what a person wrote. */
function isSource({ running }: SimulatedDevice): boolean {
  return [...(running?.engine.replicas.values() ?? [])].some((replica) =>
    [...replica.synchronizers.values()].some(({ source }) => source.location === ROOT),
  );
}

const isFile = (seen: { readonly type: string }): boolean => seen.type === 'file';

/** A content, short enough for a line. */
export function show(content: string): string {
  const text = content.length > 40 ? `${content.slice(0, 28)}… (${content.length} bytes)` : content;
  return JSON.stringify(text);
}
