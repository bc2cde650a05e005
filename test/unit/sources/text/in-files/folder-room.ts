import { fieldName, type RecordId, recordId } from '../../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ListEvent, Revision } from '../../../../../src/main/sources/source-adapter.ts';
import { FolderOfFiles } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { namesIn } from '../../../../../src/main/sources/text/item-revision.ts';
import type { KnownItems } from '../../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../../src/main/sources/text/text-adapter.ts';
import type { TextFormat } from '../../../../../src/main/sources/text/text-format.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const TEXT = 'people.txt';
const never = new AbortController().signal;
const marker = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
  typeof FolderOfFiles
>[0]['marker'];

export const card = (uid: string, name = uid): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`;
export const cutOff = (uid: string): string => card(uid).replace('END:VCARD\r\n', '');
/** What is left of a card, and nothing of it tells whose. */
export const NAMELESS = 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:some\r\n';

/** A folder with one text of several cards, and a snapshot that takes in what can be read, what is named and what is gone. */
export async function folderRoom(text: string, format: TextFormat = vcardFormat('4.0')) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  const fs = disk.process();
  let known: ReadonlyMap<RecordId, { revision: Revision; vouches: boolean }> = new Map();
  let named: ReadonlySet<RecordId> = new Set();
  let reasons: readonly string[] = [];
  const said = new Map<RecordId, Fields>();
  const snapshot: KnownItems = {
    revisions: () => known,
    native: () => null,
    shown: (id) => said.get(id) ?? null,
    isOneWith: () => null,
    isNamed: (id) => named.has(id),
    awaited: () => [],
  };
  const open = (): TextAdapter => {
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch: null });
    folder.mark();
    return new TextAdapter(format, folder, snapshot);
  };
  let adapter = open();
  const gone: RecordId[] = [];
  /** Takes in what is there once it has rested, `most` items at the most, and what is gone. Returns what is named. */
  const look = async (most = 100): Promise<readonly string[]> => {
    await clock.advance(60_000);
    const events: ListEvent[] = [];
    await adapter.list(null, null, (event) => void events.push(event), never);
    const groups = events.flatMap((event) => (event.is === 'groups' ? event.groups : []));
    const items = groups.flatMap((each) => each.items);
    const problems = groups.flatMap((each) => each.problems);
    const next = new Map(known);
    const isThere = new Set([...items, ...problems].map(({ id }) => id));
    for (const id of known.keys())
      if (!isThere.has(id)) {
        gone.push(id);
        next.delete(id);
      }
    const changed = items.filter(({ id, revision }) => {
      const before = known.get(id);
      return before?.vouches !== true || Buffer.compare(before.revision, revision) !== 0;
    });
    for (const read of await adapter.read(changed.slice(0, most).map(({ id }) => id)))
      if ('fields' in read) {
        next.set(read.id, { revision: read.revision, vouches: !read.fresh });
        said.set(read.id, read.fields);
      } else problems.push(read);
    known = next;
    reasons = problems.map(({ detail }) => detail);
    named = new Set(problems.map(({ id }) => id));
    return problems.map(({ id }) => id);
  };
  /** What another device made of one is written; null: it deleted it. */
  const construct = async (uid: string, name: string | null): Promise<string> => {
    const id = recordId(uid);
    const fields = name === null ? null : new Map([[fieldName('name'), { full: name }]]);
    const expected = known.get(id)?.revision ?? null;
    const [outcome] = await adapter.construct([{ id, fields, expected, native: null, replaces: null, content: null }]);
    const next = new Map(known);
    if (outcome?.done === 'written' && outcome.revision === null) next.delete(id);
    else if (outcome?.done === 'written') next.set(id, { revision: outcome.revision as Revision, vouches: true });
    known = next;
    return outcome?.done === 'refused' ? outcome.reason : (outcome?.done ?? '');
  };
  const write = (next: string, name = TEXT): void => user.writeFile(`${ROOT}/${name}`, next);
  write(text);
  return {
    clock,
    look,
    /** This item was found to be that record. */
    recognize(item: string, record: string): void {
      const revision = adapter.recognize(recordId(item), recordId(record));
      if (revision === null) throw new Error(`${item} is not at hand`);
      said.set(recordId(record), said.get(recordId(item)) ?? new Map());
      known = new Map([...known].filter(([id]) => id !== item)).set(recordId(record), { revision, vouches: true });
    },
    construct,
    write,
    gone,
    restart(): void {
      adapter = open();
    },
    opened: (): number => fs.callsByName.get('open') ?? 0,
    remove: (name = TEXT): void => user.remove(`${ROOT}/${name}`),
    rename: (to: string, name = TEXT): void => user.move(`${ROOT}/${name}`, `${ROOT}/${to}`),
    text: (name = TEXT) => user.readText(`${ROOT}/${name}`),
    known: () => [...known.keys()],
    /** The file each record is in. */
    files: () => Object.fromEntries([...known].map(([id, { revision }]) => [id, namesIn(revision).name])),
    /** Why what the last look named is named. */
    reasons: () => reasons,
  };
}
