import { expect, test } from 'vitest';
import { compareTexts } from '../../../src/main/record/compare-texts.ts';
import { sortedJson, sortedTexts } from '../../../src/main/record/sorted-json.ts';

const hex = (bytes: Uint8Array): string => `h'${Buffer.from(bytes).toString('hex')}'`;

test('equal values are one text, whatever the order of their keys and the sign of a zero', () => {
  expect(sortedJson({ b: [1, -0], a: { d: null, c: true } }, hex)).toBe('{"a":{"c":true,"d":null},"b":[1,0]}');
  expect(sortedJson({ a: { c: true, d: null }, b: [1, 0] }, hex)).toBe('{"a":{"c":true,"d":null},"b":[1,0]}');
});

test('bytes are as they are asked for, wherever they stand', () => {
  expect(sortedJson([Uint8Array.of(1, 255), { x: Uint8Array.of() }], hex)).toBe("[h'01ff',{\"x\":h''}]");
});

test('a text is as JSON writes it', () => {
  for (const text of ['', 'ä“', '"', '\\', '\n', '\u007f', '\u2028', '\ud800', '🙂'])
    expect(sortedJson({ [text]: text }, hex)).toBe(JSON.stringify({ [text]: text }));
});

test('few and many texts are in one order', () => {
  for (const count of [0, 1, 2, 16, 17, 40]) {
    const texts = Array.from({ length: count }, (_, at) => `${(at * 7) % 11} ${'Zaä'[at % 3]}`);
    expect(sortedTexts([...texts])).toEqual([...texts].sort(compareTexts));
  }
});
