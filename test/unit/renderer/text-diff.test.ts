import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textDiff } from '../../../src/renderer/conflicts/text-diff.tsx';

const shape = (before: string, after: string) =>
  textDiff(before, after).map((line) =>
    line.is === 'gap'
      ? `~${line.lines}`
      : `${{ same: ' ', removed: '-', added: '+' }[line.is]}${line.pieces.map((piece) => (piece.changed ? `[${piece.text}]` : piece.text)).join('')}`,
  );

describe('textDiff', () => {
  it('marks the words of lines that replaced each other', () => {
    expect(shape('a\nTrain at 8\nb\n', 'a\nTrain at 9\nb\n')).toEqual([' a', '-Train at [8]', '+Train at [9]', ' b']);
  });
  it('leaves long equal stretches out and says how long they are', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const changed = lines.with(10, 'other');
    const result = shape(lines.join('\n'), changed.join('\n'));
    expect(result[0]).toBe('~7');
    expect(result.at(-1)).toBe('~6');
    expect(result.filter((line) => line.startsWith('-'))).toHaveLength(1);
  });
  it('loses no line: what is not a gap, with the gaps counted, makes up both texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = textDiff(before, after);
        const length = (side: 'removed' | 'added') =>
          lines.reduce(
            (total, line) => total + (line.is === 'gap' ? line.lines : line.is === side || line.is === 'same' ? 1 : 0),
            0,
          );
        const count = (value: string) => value.split('\n').length - 1;
        expect([length('removed'), length('added')]).toEqual([count(before), count(after)]);
      }),
    );
  });
});
