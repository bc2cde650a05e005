import { describe, expect, it } from 'vitest';
import { checkedText, parseCheckedText } from '../../../../src/main/peers/identity/checked-text.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const LABEL = 'some-text-1';

describe('bytes as a text with check digits', () => {
  // Of any bytes one mistyped digit in 1,024 goes unnoticed: these are some of which none of those below does.
  const bytes = new SeededRandom('checked').bytes(32);
  const text = checkedText(bytes, LABEL);

  it('come back whatever case and spacing', () => {
    expect(text).toMatch(/^([A-Z2-7]{6}-){8}[A-Z2-7]{6}$/);
    expect(parseCheckedText(text, LABEL, 32)).toEqual(bytes);
    expect(parseCheckedText(` ${text.toLowerCase().replaceAll('-', ' ')}`, LABEL, 32)).toEqual(bytes);
  });

  it('are none of another kind, nor of another length', () => {
    expect(parseCheckedText(text, 'another-text-1', 32)).toBeNull();
    expect(parseCheckedText(text, LABEL, 31)).toBeNull();
  });

  it('are none where digits are missing or mistyped', () => {
    expect(parseCheckedText(text.slice(1), LABEL, 32)).toBeNull();
    expect(parseCheckedText('', LABEL, 32)).toBeNull();
    for (const at of [0, 20, 45, 61]) {
      const wrong = text[at] === 'A' ? 'B' : 'A';
      expect(parseCheckedText(text.slice(0, at) + wrong + text.slice(at + 1), LABEL, 32)).toBeNull();
    }
  });
});
