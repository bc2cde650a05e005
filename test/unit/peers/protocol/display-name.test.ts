import { describe, expect, it } from 'vitest';
import { checkedName, displayName } from '../../../../src/main/peers/protocol/display-name.ts';

describe('names', () => {
  it('are shown without what cannot be seen, and cut', () => {
    expect(displayName(' a\u202eb\nc ')).toBe('abc');
    expect(displayName('é'.repeat(300))).toBe('é'.repeat(64));
  });

  it('are refused where they would be shown as something else', () => {
    expect(checkedName('  My notes 👩\u200d🌾 ')).toBe('My notes 👩🌾');
    for (const name of ['', '  ', 'two\nlines', '\u202eevil', 'x'.repeat(65)])
      expect(() => checkedName(name)).toThrow(/1 to 64/);
  });
});
