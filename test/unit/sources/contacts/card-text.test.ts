import { describe, expect, it } from 'vitest';
import type { StoredCard } from '../../../../src/main/sources/contacts/thunderbird/address-book.ts';
import { propertiesOfText } from '../../../../src/main/sources/contacts/thunderbird/card-text.ts';
import { withPlainSemicolons } from '../../../../src/main/sources/contacts/thunderbird/plain-semicolons.ts';

const card = (...lines: readonly string[]): Uint8Array =>
  Buffer.from(['BEGIN:VCARD', 'VERSION:4.0', ...lines, 'END:VCARD', ''].join('\r\n'));
const stored = (properties: { readonly [name: string]: string }): StoredCard => ({
  uid: 'u',
  properties: new Map(Object.entries(properties)),
});

describe('what Thunderbird lists and searches beside a card', () => {
  const of = (text: Uint8Array, before: StoredCard | null = null) => {
    const {
      _vCard: _,
      LastModifiedDate: __,
      ...mirrors
    } = Object.fromEntries(propertiesOfText(4, text, before, 0) ?? []);
    return mirrors;
  };

  it('is what the card says, the preferred e-mail first', () => {
    const said = of(card('FN:Ana Doe', 'N:Doe;Ana;;;', 'EMAIL;PREF=2:second@b.c', 'EMAIL;PREF=1:first@b.c'));
    expect(said).toEqual({
      DisplayName: 'Ana Doe',
      FirstName: 'Ana',
      LastName: 'Doe',
      PrimaryEmail: 'first@b.c',
      SecondEmail: 'second@b.c',
    });
  });

  it('goes with what the card does not say any more; whatever else is there stays', () => {
    const before = stored({ NickName: 'Annie', SecondEmail: 'x@y.z', PopularityIndex: '7' });
    expect(of(card('FN:Ana', 'EMAIL:a@b.c'), before)).toEqual({
      DisplayName: 'Ana',
      PrimaryEmail: 'a@b.c',
      PopularityIndex: '7',
    });
  });
});

it('what is no card, or several, is stored nowhere', () => {
  const one = Buffer.from(card('FN:Ana'));
  expect(propertiesOfText(4, Buffer.concat([one, one]), null, 0)).toBeNull();
  expect(propertiesOfText(4, Buffer.from('dear diary'), null, 0)).toBeNull();
  expect(propertiesOfText(4, one.subarray(0, 30), null, 0)).toBeNull();
});

it('semicolons of texts of one part are plain, and what is a backslash stays one', () => {
  const plain = (line: string) =>
    Buffer.from(withPlainSemicolons(card('FN:Ana', line)))
      .toString()
      .split('\r\n')[3];
  expect(plain('NOTE:one\\; two\\, three')).toBe('NOTE:one; two\\, three');
  expect(plain('NOTE:C:\\\\\\; D:\\\\;')).toBe('NOTE:C:\\\\; D:\\\\;');
  expect(plain('N:Doe\\; Roe;Ana;;;')).toBe('N:Doe\\; Roe;Ana;;;');
});
