import { expect, it } from 'vitest';
import { GroupDatabases } from '../../fakes/collection-group.ts';
import { checkUndoOfItems } from '../../fakes/undo-items-law.ts';
import { checkUndoAtOnce, checkUndoLaw, type UndoLaw } from '../../fakes/undo-law.ts';

/** With every test; `npm run histories -- 20000` runs as many as one likes. */
const HISTORIES = Number(process.env.LOCKSTEP_UNDO_HISTORIES ?? 500);
const SHARING = 100;

async function always(law: (seed: number, databases: GroupDatabases) => Promise<UndoLaw>): Promise<number> {
  let databases = new GroupDatabases();
  let undone = 0;
  for (let seed = 0; seed < HISTORIES; seed++) {
    if (seed % SHARING === 0) {
      databases.close();
      databases = new GroupDatabases();
    }
    const { broken, undone: some } = await law(seed, databases);
    expect(broken).toBeNull();
    undone += some;
  }
  databases.close();
  return undone;
}

it(`undo of each change there is gives its earlier value, alone or in a conflict, and never fails (${HISTORIES} histories)`, async () => {
  expect(await always(checkUndoLaw)).toBeGreaterThan(HISTORIES * 8);
});

it(`what was just done, undone, is as it was before, and the undo undone as after (${HISTORIES} histories)`, async () => {
  expect(await always(checkUndoAtOnce)).toBeGreaterThan(HISTORIES);
});

it.each([
  ['contacts', 'at once'],
  ['contacts', 'later'],
  ['calendar', 'at once'],
  ['calendar', 'later'],
] as const)(
  '%s are as before a number of acts, heard of %s, once they are undone, the last first, and as after them once the undos are undone',
  async (kind, heard) => {
    const databases = new GroupDatabases();
    for (let seed = 0; seed < Math.ceil(HISTORIES / 5); seed++)
      expect((await checkUndoOfItems(seed, databases, kind, heard, { again: true })).broken).toBeNull();
    databases.close();
  },
);

it('the undo of making a contact anew, undone in turn, does not take apart what was found to be one', async () => {
  const databases = new GroupDatabases();
  expect((await checkUndoOfItems(402, databases, 'contacts', 'at once', { again: true })).broken).toBeNull();
  databases.close();
});

it('a file that is there again once its undo is undone does not stand beside there being none, whatever was taken back of it before', async () => {
  const databases = new GroupDatabases();
  for (const seed of [518, 1483]) expect((await checkUndoAtOnce(seed, databases)).broken).toBeNull();
  databases.close();
});

it('where some took back how a file was made, not knowing of each other, each undo still takes off what it takes back, and leaves the rest', async () => {
  const databases = new GroupDatabases();
  for (const seed of [892, 1438, 3535]) expect((await checkUndoLaw(seed, databases)).broken).toBeNull();
  databases.close();
});

it('what nobody saw while a file was gone stands beside what made it anew again, where it stood beside that before', async () => {
  const databases = new GroupDatabases();
  for (const seed of [1551, 1904, 2373, 3040]) expect((await checkUndoAtOnce(seed, databases)).broken).toBeNull();
  databases.close();
});

it('where an undo is undone, what others made of a value meanwhile stands in its place, and what somebody else took back stays away', async () => {
  const databases = new GroupDatabases();
  for (const seed of [3100596, 8810680, 12001520]) expect((await checkUndoLaw(seed, databases)).broken).toBeNull();
  databases.close();
});
