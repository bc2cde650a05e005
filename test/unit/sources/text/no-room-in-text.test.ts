import { beforeEach, describe, expect, it } from 'vitest';
import { fieldName, recordId } from '../../../../src/main/record/ids.ts';
import type { ConstructItem, ConstructOutcome } from '../../../../src/main/sources/source-adapter.ts';
import type { DocumentPlace, ReadDocument } from '../../../../src/main/sources/text/document-place.ts';
import { inRoomThereIs } from '../../../../src/main/sources/text/in-room-there-is.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { tinyFormat } from '../../../fakes/tiny-text-format.ts';

const MOST = 2000;
const NAME = fieldName('name');

let text: string;
let writes: number;
let known: Map<string, Uint8Array>;
let adapter: TextAdapter;
beforeEach(() => {
  text = '';
  writes = 0;
  known = new Map();
  let version = 0;
  const document = (): ReadDocument => ({
    name: '',
    revision: Uint8Array.of(version),
    fresh: false,
    size: text.length,
    bytes: Buffer.from(text),
  });
  const place = {
    many: false,
    writable: true,
    mostBytes: MOST,
    watch: null,
    read: () => Promise.resolve([document()]),
    write: (_: string, __: Uint8Array | null, bytes: Uint8Array) => {
      writes++;
      version++;
      text = Buffer.from(bytes).toString();
      return Promise.resolve({ done: 'written', document: document() });
    },
  } as unknown as DocumentPlace;
  const items = { revisions: () => known, native: () => null, isOneWith: () => null } as unknown as KnownItems;
  adapter = new TextAdapter(tinyFormat(), place, items);
});

const made = (name: string, length: number): ConstructItem => ({
  id: recordId(name),
  fields: new Map([[NAME, name.padEnd(length, '.')]]),
  expected: null,
  native: null,
  replaces: null,
  content: null,
});
const many = (count: number, length: number): ConstructItem[] =>
  Array.from({ length: count }, (_, at) => made(`n${String(at).padStart(3, '0')}`, length));

/** Constructs, and remembers what was written as a snapshot does. */
async function construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
  const outcomes = await adapter.construct(items);
  for (const each of outcomes)
    if (each.done === 'written' && each.revision !== null) known.set(each.id, each.revision);
    else if (each.done === 'written') known.delete(each.id);
  return outcomes;
}
const written = (outcomes: readonly ConstructOutcome[]) => outcomes.filter(({ done }) => done === 'written').length;
const changed = (name: string, fields: ConstructItem['fields']): ConstructItem => ({
  ...made(name, 0),
  fields,
  expected: known.get(name) ?? null,
});

describe('a text that may not become longer', () => {
  it('gets what there is room for, and the rest is said to have none', async () => {
    const outcomes = await construct(many(100, 50));
    expect(written(outcomes)).toBeGreaterThan(20);
    expect(text.length).toBeLessThanOrEqual(MOST);
    for (const each of outcomes.filter(({ done }) => done === 'refused'))
      expect(each).toMatchObject({ reason: 'not-taken', detail: expect.stringContaining('too large') });
    expect(text.match(/@ /g)).toHaveLength(written(outcomes));
    // Each write is one of all of the text.
    expect(writes).toBeLessThan(5);
    expect(written(await construct([made('one more', 500)]))).toBe(0);
  });

  it('takes what goes first: it makes room for the others', async () => {
    await construct([made('a', 900), made('b', 900)]);
    const outcomes = await construct([
      made('new', 400),
      made('no more', 400),
      changed('b', new Map([[NAME, 'b'.repeat(1400)]])),
      changed('a', null),
    ]);
    expect(outcomes.map(({ id, done }) => [id, done])).toEqual([
      ['new', 'written'],
      ['no more', 'refused'],
      ['b', 'written'],
      ['a', 'written'],
    ]);
    expect(text.length).toBeLessThanOrEqual(MOST);
  });

  it('loses what is deleted, and takes edits that make it shorter, though it is too long already', async () => {
    await construct([made('a', 600), made('b', 600), made('c', 600)]);
    text = text.replace('\n@ c', `\n@ stranger\nname="${'x'.repeat(MOST)}"\n\n@ c`);
    const outcomes = await construct([changed('a', null), changed('b', new Map([[NAME, 'b']]))]);
    expect(written(outcomes)).toBe(2);
    expect([text.includes('@ a'), text.includes('name="b"'), text.includes('@ stranger')]).toEqual([false, true, true]);
  });
});

it('where one alone has no room there are no parts', () => {
  const write = { native: null, after: {} };
  expect(inRoomThereIs([write], { before: 0, after: 2 * MOST, most: MOST })).toEqual([]);
  expect(inRoomThereIs([write, write], { before: MOST, after: 2 * MOST, most: MOST })).toEqual([]);
  expect(inRoomThereIs([write, write, write], { before: 0, after: 1.1 * MOST, most: MOST })).toEqual([
    [write, write],
    [write],
  ]);
});
