import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../../src/main/change-log/package-body.ts';
import { plainLines, plainText } from '../../../src/main/platform/plain-text.ts';

describe('a text of others on a terminal', () => {
  it('shows what could move the cursor, or turn the direction, as what it is', () => {
    expect(plainText('a\u001b[2J\r\n\u202eb\u0007')).toBe('a\\u{1b}[2J\\u{d}\\u{a}\\u{202e}b\\u{7}');
    expect(plainText('Ünïcode – 日本 👩‍🔬')).toBe('Ünïcode – 日本 👩‍🔬');
  });

  it('keeps its lines in a log, and nothing else that a terminal obeys', () => {
    expect(plainLines('Error: \u001b]0;a\u0007\n    at b (c:1)\n')).toBe('Error: \\u{1b}]0;a\\u{7}\n    at b (c:1)\n');
  });

  it('may stand in why a package is refused, which is logged', () => {
    const key = encode('\u001b[2J');
    const twice = Uint8Array.from([0x82, 0x80, 0x81, 0xa2, ...key, 1, ...key, 2]);
    const why = (): string => {
      try {
        decodeBody(twice, () => 0 as never);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(why()).toContain('\u001b[2J');
    expect(plainLines(why())).not.toContain('\u001b');
  });
});
