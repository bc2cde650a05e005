import { expect, it } from 'vitest';
import { LockstepError } from '../../../../src/main/platform/trouble.ts';
import { PutTexts } from '../../../../src/main/sources/dav/put-texts.ts';
import { flush } from '../../../fakes/flush.ts';

const ANSWER = { status: 201, isPage: false, etag: '"1"', detail: '', precondition: null };

/** A server that breaks off what comes at once, while it is `narrow`. */
function server() {
  const state = { isNarrow: false, atOnce: 0, most: 0 };
  const puts = new PutTexts({
    put: async () => {
      state.most = Math.max(state.most, ++state.atOnce);
      await flush();
      const isOverrun = state.isNarrow && state.most > 1;
      state.atOnce--;
      if (isOverrun) throw new LockstepError('not-reachable', 'it broke off', '');
      return ANSWER;
    },
    answers: async () => {
      state.most = 0;
      return true;
    },
  });
  let made = 0;
  /** How many of these went at once, at most, after what broke off. */
  const run = async (count: number): Promise<number> => {
    state.most = 0;
    const documents = Array.from({ length: count }, () => ({ name: `/b/${made++}.vcf`, bytes: new Uint8Array(1) }));
    const { answers } = await puts.run(documents);
    expect(answers.size).toBe(count);
    return state.most;
  };
  return { state, run };
}

it('texts go one at a time once some that went together broke off, and together again after a hundred, then four hundred', async () => {
  const { state, run } = server();
  expect(await run(8)).toBe(4);
  state.isNarrow = true;
  expect([await run(8), await run(40)]).toEqual([1, 1]);
  state.isNarrow = false;
  expect([await run(60), await run(8)]).toEqual([1, 4]);
  state.isNarrow = true;
  expect(await run(150)).toBe(1);
  state.isNarrow = false;
  expect(await run(8)).toBe(1);
  expect([await run(250), await run(8)]).toEqual([1, 4]);
});
