import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { alignRows } from '../../../../src/main/sources/contacts/align-rows.ts';

const row = (fields: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
const named = (given: string, more: { readonly [field: string]: Value } = {}): Fields =>
  row({ name: { components: [{ kind: 'given', value: given }] }, ...more });
const email = (address: string) => ({ 'emails/e': { address } });
const phone = (number: string) => ({ 'phones/p': { number } });

describe('which known contact a row without a UID is', () => {
  it('is whoever has its e-mail, else its name: a name alone takes nobody from whoever has the e-mail', () => {
    const known = [named('Ana', email('ana@x.org')), named('Ben', email('ben@x.org'))];
    expect(alignRows([named('Ben', email('ana@x.org')), named('Ana', email('ben@x.org'))], known)).toEqual([0, 1]);
    expect(alignRows([named('Ben', email('new@x.org')), named('Cara', email('ANA@x.org'))], known)).toEqual([1, 0]);
  });

  it('is whoever has its name and phone, before another of that name, and before another with that phone', () => {
    const known = [
      named('Ana', phone('+43 1 234567')),
      named('Ana', phone('01 765432')),
      named('Ben', phone('01 234567')),
    ];
    expect(alignRows([named('Ana', phone('01 765 432')), named('Ana', phone('1234567'))], known)).toEqual([1, 0]);
  });

  it('is nobody known where it shares less than half of what it says', () => {
    const known = [
      row({ 'organizations/o': { name: 'Works' }, 'titles/t': { name: 'Baker' }, 'notes/n': { note: 'Tall' } }),
    ];
    const like = (title: string, note: string) =>
      row({ 'organizations/o': { name: 'Works' }, 'titles/t': { name: title }, 'notes/n': { note } });
    expect(alignRows([like('Smith', 'Short')], known)).toEqual([null]);
    expect(alignRows([like('Baker', 'Short')], known)).toEqual([0]);
    expect(alignRows([like('Smith', 'Short'), like('Baker', 'Tall')], known)).toEqual([null, 0]);
  });

  it('is whoever it shares most with, and nobody else is that one too', () => {
    const says = (...notes: readonly string[]) =>
      row(Object.fromEntries(notes.map((note, at) => [`notes/n${at}`, { note }])));
    const known = [says('a', 'b', 'c', 'd'), says('a', 'b', 'x', 'y'), says('p', 'q', 'r', 's')];
    expect(alignRows([says('a', 'b', 'x', 'z')], known)).toEqual([1]);
    expect(alignRows([says('a', 'b', 'c', 'z')], known)).toEqual([0]);
    expect(alignRows([says('p', 'q', 'r', 'z'), says('p', 'q', 's', 'z')], known)).toEqual([2, null]);
  });

  it('is told by each of its names that several have, one after the other', () => {
    const known = [named('Ana', phone('1111111')), named('Ana', phone('2222222')), named('Ana')];
    expect(alignRows([named('Ana'), named('Ana'), named('Ana')], known)).toEqual([0, 1, 2]);
  });

  it('that says nothing is one that said nothing, as long as there is one', () => {
    expect(alignRows([row({}), row({})], [named('Ana'), row({})])).toEqual([1, null]);
  });

  it('is each one only once', () => {
    expect(alignRows([named('Ana'), named('Ana')], [named('Ana')])).toEqual([0, null]);
  });
});
