import { expect, it } from 'vitest';
import type { Chunk } from '../../../src/main/content/chunk-list.ts';
import { fetchChunks } from '../../../src/main/content-exchange/chunk-requests.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { StagedPiece } from '../../../src/main/sources/source-adapter.ts';

const bytesOf = (letter: string) => Buffer.from(letter.repeat(10));
const chunk = (letter: string): Chunk => ({ digest: digestOf(bytesOf(letter)), length: 10 });

/** What becomes of a request of three chunks, the first of which is in the file twice. `wrong`: offsets at which something else was found. */
async function fetched(answers: readonly (Uint8Array | null)[], wrong: readonly number[] = []) {
  const [a, b, c] = ['a', 'b', 'c'].map(chunk) as [Chunk, Chunk, Chunk];
  const request = [
    [
      [0, a],
      [30, a],
    ],
    [[10, b]],
    [[20, c]],
  ] as const;
  const written: number[] = [];
  const outcome = await fetchChunks(
    request,
    { hint: null },
    async () => answers.map((bytes) => (bytes === null ? null : { bytes, splice: false })),
    async (pieces: readonly StagedPiece[]) => {
      written.push(...pieces.map(({ offset }) => offset));
      return wrong;
    },
  );
  const offsets = (places: (typeof outcome)['missing']) => places.map((each) => each.map(([offset]) => offset));
  return { written, missing: offsets(outcome.missing), wrong: offsets(outcome.wrong) };
}
const [a, b, c] = ['a', 'b', 'c'].map(bytesOf) as [Buffer, Buffer, Buffer];

it('chunks are written in the order of the file, each wherever it is in it', async () => {
  expect(await fetched([a, b, c])).toEqual({ written: [0, 10, 20, 30], missing: [], wrong: [] });
});

it('what nobody has is missing', async () => {
  expect(await fetched([null, b, null])).toEqual({ written: [10], missing: [[0, 30], [20]], wrong: [] });
});

it('what is shorter or longer than it should be is wrong, and not written', async () => {
  const others = [a.subarray(1), b, Buffer.concat([c, c])];
  expect(await fetched(others)).toEqual({ written: [10], missing: [], wrong: [[0, 30], [20]] });
});

it('what was found to be something else as it was written is wrong at just that place', async () => {
  expect(await fetched([a, b, c], [30])).toEqual({ written: [0, 10, 20, 30], missing: [], wrong: [[30]] });
});
