import { expect, it } from 'vitest';
import { askForContents, type ContentPlace } from '../../../src/main/network/ask-for-contents.ts';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { digest } from '../../../src/main/record/ids.ts';

const wanted = (letter: string): ContentAsked => ({
  digest: digest(letter.repeat(64)),
  kind: 'content',
  hint: null,
  base: null,
});

it('asks each place for what those before it did not have, and nobody once all is found', async () => {
  const asked: string[] = [];
  const place = (name: string, has: string): ContentPlace => ({
    fetch: async (open) => {
      const letters = open.map(({ digest }) => digest[0] as string);
      asked.push(`${name} ${letters.join('')}`);
      return letters.map((letter) => (has.includes(letter) ? { bytes: Buffer.from(name), splice: false } : null));
    },
  });
  const places = [place('one', 'c'), place('two', ''), place('three', 'abc'), place('four', 'abc')];
  const found = await askForContents(places, ['a', 'b', 'c'].map(wanted));
  expect(found.map((each) => each && Buffer.from(each.bytes).toString())).toEqual(['three', 'three', 'one']);
  expect(asked).toEqual(['one abc', 'two ab', 'three ab']);
});

it('finds nothing where nobody is to be asked', async () => {
  expect(await askForContents([], [wanted('a')])).toEqual([null]);
});

it('takes the word of a place for what nobody doubts, and goes on past a lie about the rest', async () => {
  const truth = Buffer.from('truth');
  const place = (text: string, splice = false): ContentPlace => ({
    fetch: async (open) => open.map(() => ({ bytes: Buffer.from(text), splice })),
  });
  const asked = { ...wanted('a'), digest: digestOf(truth) };
  const texts = async (places: readonly ContentPlace[], doubted: boolean) =>
    (await askForContents(places, [{ ...asked, doubted }])).map((each) => each && Buffer.from(each.bytes).toString());
  expect(await texts([place('lie'), place('truth')], false)).toEqual(['lie']);
  expect(await texts([place('lie'), place('truth')], true)).toEqual(['truth']);
  expect(await texts([place('lie')], true)).toEqual([null]);
  expect(await texts([place('what changed', true), place('truth')], true)).toEqual(['truth']);
});
