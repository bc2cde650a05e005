import { describe, expect, it } from 'vitest';
import { LineReader } from '../../../src/main/control/line-reader.ts';

const pushAll = (reader: LineReader, chunks: readonly Buffer[]) => chunks.flatMap((chunk) => reader.push(chunk));

describe('lines of a stream', () => {
  it.each([1, 2, 3, 5, 100])('are the same however it is cut (%i bytes a chunk)', (size) => {
    const bytes = Buffer.from('eins\n\nzwölf 🦉\ndrei\nrest');
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(pushAll(new LineReader(100), chunks)).toEqual(['eins', '', 'zwölf 🦉', 'drei']);
  });

  it('may be as long as agreed and no longer, in one chunk or many', () => {
    expect(new LineReader(4).push(Buffer.from('1234\n'))).toEqual(['1234']);
    expect(() => new LineReader(4).push(Buffer.from('12345\n'))).toThrow(RangeError);
    expect(() => pushAll(new LineReader(4), [Buffer.from('123'), Buffer.from('45')])).toThrow(RangeError);
  });

  it('are measured one by one', () => {
    expect(new LineReader(4).push(Buffer.from('1234\n1234\n12'))).toEqual(['1234', '1234']);
  });
});
