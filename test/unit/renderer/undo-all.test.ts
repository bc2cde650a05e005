import { expect, it } from 'vitest';
import type { LockstepClient, ResultView } from '../../../src/contract/contract.ts';
import { undoAll } from '../../../src/renderer/client/undo-all.ts';

const resultOf = (ids: readonly string[]): ResultView => ({
  changes: ids.map((id) => `undo of ${id}`),
  records: ids.length,
  conflicts: [],
  missing: [],
});

/** What became of these, where those of one log fail: what was asked for together, and what was told. */
async function undone(changes: readonly string[], failing = '') {
  const asked: (readonly string[])[] = [];
  const request = async (_: string, ids: readonly string[]) => {
    asked.push(ids);
    const error = { code: 'content-not-kept', message: 'not kept', subject: ids[0] ?? '' };
    return ids.some((id) => id.startsWith(failing) && failing !== '')
      ? { ok: false, error }
      : { ok: true, value: resultOf(ids) };
  };
  return { asked, outcome: await undoAll({ request } as unknown as LockstepClient, changes) };
}

it('changes of one collection are taken back together, and what came of all is told together', async () => {
  const { asked, outcome } = await undone(['a1-2-0', 'b2-1-0', 'a1-1-0']);
  expect(asked).toEqual([['a1-2-0', 'a1-1-0'], ['b2-1-0']]);
  const changes = ['undo of a1-2-0', 'undo of a1-1-0', 'undo of b2-1-0'];
  expect(outcome).toEqual({ result: { changes, records: 3, conflicts: [], missing: [] }, count: 3, error: null });
});

it('nothing is taken back behind what cannot be', async () => {
  const { asked, outcome } = await undone(['a1-1-0', 'b2-1-0', 'c3-1-0'], 'b2');
  expect(asked).toEqual([['a1-1-0'], ['b2-1-0']]);
  expect(outcome).toMatchObject({ result: { changes: ['undo of a1-1-0'] }, count: 1, error: { subject: 'b2-1-0' } });
});
