import { afterEach, beforeEach, expect, it } from 'vitest';
import { BOOK, bookOf } from './book-of-cards.ts';

let here: Awaited<ReturnType<typeof bookOf>>;
beforeEach(async () => {
  here = await bookOf(['a', 'b']);
  await here.place.list();
});
afterEach(() => here.server.end());

it('a new card is called by its UID, as far as a path can be, and as nothing that is there, or about to be', () => {
  const name = (uid: string, taken: readonly string[] = []) =>
    here.place.newName(uid, (each) => taken.includes(each)).slice(BOOK.length);
  expect(name('c')).toBe('c.vcf');
  expect(name('a')).toBe('a-2.vcf');
  expect(name('c', [`${BOOK}c.vcf`, `${BOOK}c-2.vcf`])).toBe('c-3.vcf');
  expect(name('ana@example.org')).toBe('ana@example.org.vcf');
  expect(name('x/../y z?')).toBe('x_.._y_z_.vcf');
  expect([name('.hidden'), name('..')]).toEqual(['_hidden.vcf', '_.vcf']);
  expect(name('')).toBe('item.vcf');
  expect(name('x'.repeat(300))).toBe(`${'x'.repeat(100)}.vcf`);
});
