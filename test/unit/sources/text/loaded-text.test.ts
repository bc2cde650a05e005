import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/main/sources/text/loaded-text.ts';
import type { NativeItem } from '../../../../src/main/sources/text/text-format.ts';

describe('the digest of an item', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) >> 3);
  const text = { bytes, items: [], damaged: [] };
  const item = (spans: NativeItem['spans'], context: NativeItem['context']): NativeItem => ({
    spans,
    context,
    uid: null,
  });

  it('is of all its bytes with those it is understood by, however many they are and whatever was asked before', () => {
    const [head, small, large] = [
      { start: 0, end: 20 },
      { start: 100, end: 400 },
      { start: 1000, end: 200_000 },
    ];
    for (const [spans, context] of [
      [[small], [head]],
      [[large], [head]],
      [[small, large], []],
      [[small], [head, large]],
      [[head, small], []],
      [[large], []],
    ] as const) {
      const whole = Buffer.concat([...spans, ...context].map(({ start, end }) => bytes.subarray(start, end)));
      const wanted = createHash('sha256').update(whole).digest().subarray(0, 16);
      expect(Buffer.from(digestOf(text, item(spans, context)))).toEqual(wanted);
    }
  });
});
