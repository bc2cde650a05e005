import { hexOf } from '../record/encode-value.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, type FileEntry, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { vouchesFor } from '../snapshot/stored-revision.ts';
import type { Inspected } from '../sources/source-adapter.ts';
import { earlierWhereMoved, expectedOf, isLeftByPower } from './keep-expected.ts';
import type { KeepCollection, KeepPort, KeepSource, KeepStore } from './keep-port.ts';
import { hasHoles, hasTimeOfWhole, isTorn } from './keep-torn.ts';

/** Earlier versions of a file it is compared with. */
const EARLIER = 8;
/** A larger file is not compared byte by byte with what it should be. */
const LARGEST = 64 << 20;

/** An item that may be torn, or may not have been written. */
export interface Suspect {
  readonly each: KeepCollection;
  readonly source: KeepSource;
  readonly row: number;
  readonly id: RecordId;
  /** The power may have gone while it was written. */
  readonly power: boolean;
  /** As it was when it could not be told first; one that changed since is somebody's edit. */
  seen: string | null;
  /** Who was linked when its contents were asked for. */
  readonly asked: Set<string>;
  /** It is to be tried again, whoever is linked. */
  due: boolean;
  /** Whoever could have its contents was asked. */
  lastTry: boolean;
}

/** Bytes that an interruption left beside their place; now in the version store. */
interface LeftAside {
  readonly id: RecordId | null;
  readonly digest: Digest;
  /** Microseconds since 1970. */
  readonly modified: number;
}

/** `let-go`: whatever is there is somebody's, or as it was. `made`: it is what was being made, only nobody noted that. `again`: what the power left. */
export type Verdict = 'let-go' | 'made' | 'again';
/** `undecided`: somebody could tell who is not linked. `once-more`: all were asked, and one of them may only not have been able to give it. `later`: it cannot be read now. */
export type Unsure = 'undecided' | 'once-more' | 'later';
export type There = Extract<Inspected, { is: 'there' }>;
type File = Extract<FileEntry, { type: 'file' }>;

/** What became of a suspect, by what stands in its place. */
export async function judge(
  port: Pick<KeepPort, 'readItem'>,
  suspect: Suspect,
  standing: Inspected,
): Promise<Verdict | Unsure> {
  const expected = expectedOf(suspect.each.collection, suspect.source, suspect.row);
  if (expected === null) return 'let-go';
  if (standing.is === 'unreadable') return suspect.power ? 'later' : 'let-go';
  const { collection } = suspect.each;
  if (standing.is === 'missing') return suspect.power && expected.wasThere ? 'again' : 'let-go';
  const found = fileEntry(standing.fields.get(ENTRY));
  const rule = fieldRule(collection.kind, ENTRY);
  const is = (entry: FileEntry | null): boolean => entry !== null && found !== null && rule.same(entry, found);
  if (suspect.power && is(expected.held) && isLeftByPower(collection, suspect.source, suspect.row)) return 'again';
  if (found === null || is(expected.held)) return 'let-go';
  if (is(expected.target)) return 'made';
  if (!suspect.power) return 'let-go';
  // Whoever writes to it changes more than its content.
  if (expected.vouched !== null && vouchesFor(expected.vouched, standing.revision)) return 'again';
  const earlier = collection.packages.earlierValues(suspect.row);
  const past = earlier.flatMap(({ field, value }) => (field === ENTRY ? (fileEntry(value) ?? []) : []));
  const isOther = expected.wasThere || expected.isGone;
  if (isOther && past.some(is)) return 'again';
  if (found.type !== 'file') return 'let-go';
  // A move that the power took back brings what was written since to the old place, whatever came to be there meanwhile.
  const times = isOther ? [...earlier, ...earlierWhereMoved(collection, suspect.row)] : earlier;
  if (hasTimeOfWhole(found, standing.fields.get(MODIFIED), standing.holes, times)) return 'again';
  const needed = [expected.held, expected.target].flatMap((entry) => entry ?? []);
  // What was replaced or deleted last may be back, and torn as well.
  const wholes = [...needed, ...past.slice(-EARLIER)].filter(
    (entry): entry is File => entry.type === 'file' && entry.size >= found.size,
  );
  if (wholes.length === 0) return 'let-go';
  if (standing.zeroes) return 'again';
  if (suspect.seen !== null && suspect.seen !== hexOf(standing.revision)) return 'let-go';
  return compare(port, suspect, standing, { found, wholes, needed: new Set(needed) });
}

interface Compared {
  readonly found: File;
  /** What it may be a torn one of. */
  readonly wholes: readonly File[];
  /** Those that are to be there now. */
  readonly needed: ReadonlySet<FileEntry>;
}

async function compare(
  port: Pick<KeepPort, 'readItem'>,
  suspect: Suspect,
  standing: There,
  { found, wholes, needed }: Compared,
): Promise<Verdict | Unsure> {
  const { each, source, id } = suspect;
  let [unknown, missing] = [false, false];
  for (const device of each.linked()) suspect.asked.add(device);
  for (const whole of wholes) {
    // A write is torn at its end or by the page, and nobody edits a file of that size within the minute.
    if (whole.size > LARGEST) {
      if (found.size < whole.size || standing.holes) return 'again';
      continue;
    }
    const should = await each.read(id, whole);
    // An earlier version that nobody who is linked has is not waited for.
    if (should === null) {
      missing ||= needed.has(whole);
      unknown ||= hasOthersToAsk(suspect) && (needed.has(whole) || each.linked().length === 0);
    } else {
      const bytes = await port.readItem(source.row, id, standing.revision);
      // It changed since, or its disk went away.
      if (bytes === null) return 'later';
      if (isTorn(bytes, should)) return 'again';
    }
  }
  // All were asked. One of them may only not have been able to give it just then.
  if (!unknown && missing && !suspect.lastTry) return 'once-more';
  return unknown ? 'undecided' : 'let-go';
}

/**
 * Are these bytes, which were found aside, only what the power left of a version of the record? null: that cannot be told by what is
 * here, and nobody who could know is linked.
 */
export async function isLeftTorn(
  store: Pick<KeepStore, 'readKept'>,
  each: KeepCollection,
  { id, digest, modified }: LeftAside,
): Promise<boolean | null> {
  const record = id === null ? null : each.collection.records.find(id);
  const bytes = await store.readKept(digest);
  if (id === null || record === null || bytes === null) return false;
  if (bytes.every((byte) => byte === 0)) return true;
  const earlier = each.collection.packages.earlierValues(record.row);
  if (hasTimeOfWhole({ type: 'file', digest, size: bytes.length }, modified, hasHoles(bytes), earlier)) return true;
  let unknown = false;
  for (const { field, value } of earlier) {
    const whole = field === ENTRY ? fileEntry(value) : null;
    if (whole?.type !== 'file' || whole.size < bytes.length || whole.size > LARGEST) continue;
    const should = await each.read(id, whole);
    if (should === null) unknown ||= each.others().length > 0 && each.linked().length === 0;
    else if (isTorn(bytes, should)) return true;
  }
  return unknown ? null : false;
}

/** Has some member not been linked yet since it came to be doubted? */
const hasOthersToAsk = ({ each, asked }: Suspect): boolean => each.others().some(({ device }) => !asked.has(device));
