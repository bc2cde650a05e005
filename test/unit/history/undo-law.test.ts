import { expect, it } from 'vitest';
import { GroupDatabases } from '../../fakes/collection-group.ts';
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
