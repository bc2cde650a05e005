import { expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { FolderOfFiles } from '../../../../src/main/sources/text/folder-of-files.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const card = (uid: string): string => `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${uid}\r\nEND:VCARD\r\n`;
const CUT_OFF = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:eve\r\nFN:Eve\r\nNOTE:what nobody else has\r\nE';

/** A folder with one text in it, of which everything is known that can be. */
async function folderOf(text: string) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  user.writeFile(`${ROOT}/a.vcf`, text);
  await clock.advance(60_000);
  const marker = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
    typeof FolderOfFiles
  >[0]['marker'];
  const folder = new FolderOfFiles({ fs: disk.process(), clock, root: ROOT, ending: '.vcf', marker, watch: null });
  folder.mark();
  let known: ReadonlyMap<RecordId, { revision: Revision; vouches: boolean }> = new Map();
  const snapshot = {
    revisions: () => known,
    native: () => null,
    shown: () => null,
    isOneWith: () => null,
    awaited: () => [],
  } satisfies KnownItems;
  const adapter = new TextAdapter(vcardFormat('4.0'), folder, snapshot);
  const events: ListEvent[] = [];
  await adapter.list(null, null, (event) => void events.push(event), new AbortController().signal);
  const [event] = events;
  if (event?.is !== 'groups') throw new Error('nothing was told');
  known = new Map(
    event.groups.flatMap(({ items }) => items.map(({ id, revision }) => [id, { revision, vouches: true }] as const)),
  );
  const remove = (id: string) =>
    adapter.construct([
      {
        id: recordId(id),
        fields: null,
        expected: known.get(recordId(id))?.revision ?? null,
        native: null,
        replaces: null,
        content: null,
      },
    ]);
  return { remove, text: () => user.readText(`${ROOT}/a.vcf`) };
}

it('a text whose last item goes is removed', async () => {
  const { remove, text } = await folderOf(card('ada'));
  expect((await remove('ada')).map(({ done }) => done)).toEqual(['written']);
  expect(text()).toBeNull();
});

it('but not with what is damaged in it: nobody else has that', async () => {
  const { remove, text } = await folderOf(card('ada') + CUT_OFF);
  expect((await remove('ada')).map(({ done }) => done)).toEqual(['written']);
  expect(text()).toBe(CUT_OFF);
});
