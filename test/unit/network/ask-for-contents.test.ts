import { expect, it } from 'vitest';
import { askForContents, type ContentPlace } from '../../../src/main/network/ask-for-contents.ts';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
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
