import { describe, expect, it } from 'vitest';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';

/** A card with so many bytes of a photo. */
const card = (n: number, photo = 700): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:uid-of-card-number-${n}\r\nFN:Ana ${n}\r\nPHOTO;ENCODING=b:${'A'.repeat(photo)}\r\nEND:VCARD\r\n`;
const many = (count: number): string[] => Array.from({ length: count }, (_, n) => card(n));
const format = vcardFormat('3.0');
const split = (text: string) => format.split(Buffer.from(text));

/** What each item is, and all that is damaged. */
function found(text: string) {
  const bytes = Buffer.from(text);
  const { items, damaged } = format.split(bytes);
  const pieces = items.map(({ spans }) => spans.map(({ start, end }) => bytes.toString('utf8', start, end)).join());
  return { pieces, uids: items.map(({ uid }) => uid), damaged: damaged.map(({ name }) => name) };
}

describe('a text of many cards, looked at in pieces', () => {
  it('is taken apart at its cards, wherever its pieces end', () => {
    const cards = many(2000);
    expect(found(cards.join(''))).toEqual({
      pieces: cards,
      uids: cards.map((_, n) => `uid-of-card-number-${n}`),
      damaged: [],
    });
  });

  it.each(['first', 'in the middle', 'last'])('may have a card that is longer than a piece: %s', (where) => {
    const cards = many(600);
    const at = { 'first': 0, 'in the middle': 300 }[where] ?? 599;
    cards[at] = card(at, 1_500_000);
    expect(found(cards.join('')).pieces).toEqual(cards);
  });

  it.each([
    ['quoted-printable', 'NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0A=\r\nEND:VCARD\r\nb'],
    ['a folded value that begins anew', 'NOTE:a\r\n \r\n b'],
  ])('has what is odd in its last piece read as it is meant: %s', (_, line) => {
    const cards = many(1000);
    cards.push(card(1000).replace('FN:Ana 1000', `FN:Ana 1000\r\n${line}`));
    const text = cards.join('');
    expect(found(text).pieces).toEqual(cards);
    expect(format.read(split(text), split(text).items.at(-1)!, null)).toBeTruthy();
  });

  it('has what stands between its cards, and at its end, named', () => {
    const cards = many(1000);
    expect(found(`${cards.join('')}FN:Lost\r\n`).damaged).toEqual(['a card']);
    expect(found(`${cards.join('')}BEGIN:VCARD\r\nFN:Torn\r\n`).damaged).toEqual(['Torn']);
    expect(found(`${cards.slice(0, 500).join('')}FN:Lost\r\n${cards.slice(500).join('')}`)).toMatchObject({
      pieces: cards,
      damaged: ['a card'],
    });
    expect(found(`\r\n${cards.join('\r\n \r\n')}\r\n\r\n`)).toMatchObject({ pieces: cards, damaged: [] });
  });
});
