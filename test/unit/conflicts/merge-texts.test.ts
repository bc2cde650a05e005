import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTexts, textOf } from '../../../src/main/conflicts/merge-texts.ts';

const merge = (base: string, left: string, right: string) =>
  mergeTexts(base, { name: 'Laptop', text: left }, { name: 'Phone', text: right });
const BASE = 'bread\nmilk\napples\n\nthe train at 8:40\n\nask Tom\n';

describe('a merge of texts', () => {
  it('takes changes of different places from both sides', () => {
    expect(merge(BASE, BASE.replace('milk', 'oat milk'), BASE.replace('Tom', 'Eva'))).toEqual({
      text: BASE.replace('milk', 'oat milk').replace('Tom', 'Eva'),
      clashes: 0,
    });
  });
  it('shows both versions of a line that both changed, and counts them', () => {
    const merged = merge(BASE, BASE.replace('8:40', '9:10'), BASE.replace('8:40', '10:05'));
    expect(merged).toEqual({
      text: BASE.replace(
        'the train at 8:40',
        '<<<<<<< Laptop\nthe train at 9:10\n=======\nthe train at 10:05\n>>>>>>> Phone',
      ),
      clashes: 1,
    });
  });
  it('is no clash where both did the same', () => {
    expect(merge(BASE, BASE.replace('milk', 'oats'), BASE.replace('milk', 'oats'))).toEqual({
      text: BASE.replace('milk', 'oats'),
      clashes: 0,
    });
  });
  it('keeps CRLF, and the missing end of the last line', () => {
    const windows = BASE.replaceAll('\n', '\r\n').slice(0, -2);
    const merged = merge(windows, windows.replace('milk', 'oat milk'), windows.replace('Tom', 'Eva'));
    expect(merged).toEqual({ text: windows.replace('milk', 'oat milk').replace('Tom', 'Eva'), clashes: 0 });
  });
  it('takes over new line endings of one side with the edits of the other', () => {
    const edited = BASE.replace('milk', 'oat milk');
    for (const [left, right] of [
      [BASE.replaceAll('\n', '\r\n'), edited],
      [edited, BASE.replaceAll('\n', '\r\n')],
    ] as const)
      expect(merge(BASE, left, right)).toEqual({ text: edited.replaceAll('\n', '\r\n'), clashes: 0 });
  });
  it('leaves mixed line endings as each line has them', () => {
    const mixed = 'a\r\nb\nc\r\nd\ne\r\n';
    expect(merge(mixed, mixed.replace('a', 'A'), mixed.replace('e', 'E'))).toEqual({
      text: 'A\r\nb\nc\r\nd\nE\r\n',
      clashes: 0,
    });
  });
  it('ends what marks a clash as the lines of the text end, mixed as they are, or as they did where none is left', () => {
    const mixed = 'a\r\nb\nc\r\n';
    expect(merge(mixed, mixed.replace('b', 'x'), mixed.replace('b', 'y'))?.text).toBe(
      'a\r\n<<<<<<< Laptop\r\nx\n=======\r\ny\n>>>>>>> Phone\r\nc\r\n',
    );
    expect(merge('a\nb\nc\n', 'a\nx\nc\r\n', 'a\ny\nc\n')?.text).toContain('\n=======\n');
    const clash = (end: string): string => ['<<<<<<< Laptop', 'x', '=======', 'y', '>>>>>>> Phone'].join(end);
    for (const end of ['\r\n', '\n']) expect(merge(`a${end}`, 'x', 'y')?.text).toBe(clash(end));
  });
  it('does not let a text of one line decide about line endings', () => {
    expect(merge('a\r\nb\r\n', 'a', 'a\r\nb\r\nc\r\n')?.text).toContain('\r\n');
  });
  it('gives up on what would take too long, at once', () => {
    const many = 'x\n'.repeat(40_000);
    expect(merge(`a\n${many}z\n`, `b\n${many}x\ny\n`, `c\nx\n${many}w\n`)).toBeNull();
  });
  it('merges a long text with edits at both ends', () => {
    const long = Array.from({ length: 40_000 }, (_, line) => `line ${line}`).join('\n');
    const merged = merge(`a\n${long}\nz\n`, `A\n${long}\nz\n`, `a\n${long}\nZ\n`);
    expect(merged).toEqual({ text: `A\n${long}\nZ\n`, clashes: 0 });
  });
  it('is not thrown off by a line that moved from one end to the other', () => {
    const lines = Array.from({ length: 300 }, (_, line) => `line ${line}`);
    const [base, left] = [lines.join('\n'), lines.map((line) => (line === 'line 50' ? 'line fifty' : line)).join('\n')];
    const right = [...lines.slice(1), lines[0]].join('\n');
    expect(merge(base, left, right)).toEqual({ text: right.replace('line 50', 'line fifty'), clashes: 0 });
  });
  it('obeys its laws on any texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', '', '__proto__'), { maxLength: 12 })
      .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));
    fc.assert(
      fc.property(text, text, text, (base, left, right) => {
        expect(merge(base, left, base)?.clashes).toBe(0);
        expect(merge(base, left, left)?.text).toBe(merge(base, left, base)?.text);
        const there = merge(base, left, right);
        const back = merge(base, right, left);
        expect(back?.clashes).toBe(there?.clashes);
        if (there?.clashes === 0) expect(back?.text).toBe(there.text);
        const said = new Set((there?.text ?? '').split(/\r?\n/));
        // A line both sides have in this place is never lost.
        if (left.split(/\r?\n/)[0] === right.split(/\r?\n/)[0])
          expect(said.has(left.split(/\r?\n/)[0] as string)).toBe(true);
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});

describe('the text of bytes', () => {
  it('is none where they are no UTF-8, hold a NUL, or are too many', () => {
    expect(textOf(Uint8Array.of(0xff, 0x41))).toBeNull();
    expect(textOf(Uint8Array.of(0x41, 0))).toBeNull();
    expect(textOf(new Uint8Array((1 << 20) + 1).fill(0x41))).toBeNull();
    expect(textOf(new Uint8Array(1 << 20).fill(0x41))?.length).toBe(1 << 20);
  });
  it('keeps a byte order mark', () => {
    const bytes = new TextEncoder().encode('\ufeffa');
    expect(new TextEncoder().encode(textOf(bytes) ?? '')).toEqual(bytes);
  });
});
