import { expect, it } from 'vitest';
import type { Shelf } from './shelf.ts';
import { WrittenNumbers } from './written-numbers.ts';

/** A shelf, as far as its numbers go. */
function shelfOf(...numbers: readonly string[]) {
  let now = numbers;
  const shelf = { numbers: () => now } as unknown as Shelf;
  const hold = (...others: readonly string[]): string => {
    now = others;
    return '';
  };
  return { shelf, hold };
}

it('what is yet to be written of a text is not taken away by that, and what the power takes elsewhere meanwhile is', () => {
  const wrote = new WrittenNumbers();
  const here = shelfOf('1', '2', '3');
  const there = shelfOf('1', '2');
  wrote.by(here.shelf, () => {
    wrote.halves.set(here.shelf, { hidden: ['1', '2'], write: () => here.hold('1', '2', '4') });
    return here.hold('1');
  });
  expect([...wrote.givenUp]).toEqual(['3']);
  wrote.by(there.shelf, () => there.hold('1'));
  wrote.finish(here.shelf);
  expect([...wrote.givenUp]).toEqual(['3', '2']);
});

it('what was yet to be written when the power went is taken away', () => {
  const wrote = new WrittenNumbers();
  const { shelf, hold } = shelfOf('1', '2');
  wrote.by(shelf, () => {
    wrote.halves.set(shelf, { hidden: ['1', '2'], write: () => hold('1', '2') });
    return hold('1');
  });
  wrote.by(shelf, () => {
    wrote.halves.delete(shelf);
    return '';
  });
  expect([...wrote.givenUp]).toEqual(['2']);
});

it('whoever writes the rest of a table takes away all of whom a row shows that was written into it meanwhile', () => {
  const wrote = new WrittenNumbers((numbers) => (numbers.includes('7') ? ['7', '8'] : []));
  const { shelf, hold } = shelfOf('1', '7');
  const table = Object.assign(shelf, { isTable: true });
  wrote.halves.set(table, { hidden: ['2'], write: () => hold('1', '2') });
  wrote.finish(table);
  expect([[...wrote.givenUp], [...wrote.superseded]]).toEqual([['7'], ['7', '8']]);
});
