import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { DuplicateView, ExplainView, PlanView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { scratch } from './folder.ts';

let devices: readonly Device[] = [];
afterEach(() => end(...devices));

const card = (uid: string, name: string, ...lines: readonly string[]): string =>
  ['BEGIN:VCARD', 'VERSION:4.0', `UID:${uid}`, `FN:${name}`, ...lines, 'END:VCARD', ''].join('\r\n');

/** Two devices that had a book of contacts each before they met. */
async function meet(here: string, there: string) {
  const [a, b] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  devices = [a, b];
  const [bookA, bookB] = [join(scratch('anna'), 'a.vcf'), join(scratch('bert'), 'b.vcf')];
  writeFileSync(bookA, here);
  writeFileSync(bookB, there);
  const { collection } = await a.ask<{ collection: string }>('add', bookA, '--name', 'people');
  const { link } = await a.ask<{ link: string }>('invite', collection, '--role', 'admin', '--approve-first');
  await b.ask('join', link, bookB, '--format', 'vcard', '--wait');
  await b.sync();
  await a.sync();
  return { a, b, bookA, bookB };
}
const text = (path: string): string => readFileSync(path, 'utf8');
const count = (path: string): number => text(path).match(/BEGIN:VCARD/g)?.length ?? 0;

it('a card of one UID on both is one contact: what agrees is one, what one lacks is filled in, what differs is asked about', async () => {
  const { a, b, bookA, bookB } = await meet(
    card('ada', 'Ada', 'EMAIL:ada@example.org', 'NOTE:met in Oslo', 'TITLE:Countess'),
    card('ada', 'Ada', 'EMAIL:ada@example.org', 'TEL:+47 22 12 34 56', 'TITLE:Analyst'),
  );
  expect((await a.status()).collections[0]).toMatchObject({ records: 1, conflicts: 1 });
  for (const book of [bookA, bookB]) {
    expect(count(book)).toBe(1);
    for (const line of ['NOTE:met in Oslo', '+47 22 12 34 56']) expect(text(book)).toContain(line);
    expect(text(book).match(/EMAIL/g)).toHaveLength(1);
  }
  expect(text(bookA)).toContain('TITLE:Countess');
  expect(text(bookB)).toContain('TITLE:Analyst');
  const [conflict] = await b.conflicts();
  expect(conflict?.values).toHaveLength(2);
});

it('one person under two UIDs is listed, fused when somebody says so, and taken apart again by undo', async () => {
  const { a, b, bookA, bookB } = await meet(
    card('b-1', 'Ada Lovelace', 'EMAIL:ada@example.org', 'NOTE:met in Oslo'),
    card('a-1', 'Lovelace\\, Ada', 'EMAIL:Ada@Example.org', 'TEL:+47 22 12 34 56') + card('c-1', 'Bob'),
  );
  expect((await b.status()).collections[0]).toMatchObject({ records: 3 });
  const listed = await b.ask<readonly DuplicateView[]>('duplicates', 'people');
  expect(listed).toMatchObject([{ sure: true, records: [{ record: 'a-1' }, { record: 'b-1' }] }]);
  expect(await a.ask('duplicates', 'people')).toEqual(listed);
  const { changes } = await a.ask<{ changes: readonly string[] }>('duplicates', 'people', 'a-1', 'b-1', '--fuse');
  await a.sync();
  for (const [device, book] of [
    [a, bookA],
    [b, bookB],
  ] as const) {
    expect(count(book)).toBe(2);
    expect(text(book)).not.toContain('UID:b-1');
    for (const line of ['NOTE:met in Oslo', '+47 22 12 34 56']) expect(text(book)).toContain(line);
    expect(await device.ask('duplicates', 'people')).toEqual([]);
  }
  const explained = await b.ask<ExplainView>('explain', 'people', 'b-1');
  expect(explained.fields.find(({ path }) => path === 'aliasOf')?.value).toBe('a-1');
  const [last] = await b.history('people', '--limit', '1');
  expect(changes.length).toBeGreaterThan(0);
  await b.ask('undo', last!.id);
  await b.sync();
  for (const book of [bookA, bookB]) expect(count(book)).toBe(3);
  expect((await a.status()).collections[0]).toMatchObject({ records: 3, conflicts: 0 });
  await a.ask('duplicates', 'people', 'a-1', 'b-1', '--apart');
  await a.sync();
  expect(await b.ask('duplicates', 'people')).toEqual([]);
  expect(text(bookB)).not.toContain('apart');
});

it('a book overwritten by another export of it halts, and goes on when somebody says so', async () => {
  const book = (say: (at: number) => string): string =>
    Array.from({ length: 30 }, (_, at) => card(`c-${at}`, `Person ${at}`, `EMAIL:${say(at)}`)).join('');
  const { a, bookA, bookB } = await meet(
    book((at) => `p${at}@example.org`),
    '',
  );
  expect(count(bookB)).toBe(30);
  const before = text(bookB);
  writeFileSync(
    bookA,
    book((at) => `p${at + 1}@example.org`),
  );
  const call = await a.cli('sync', '--wait', '--for', 'all', '--timeout', '20', '--json');
  expect(call.status).toBe(4);
  expect(text(bookB)).toBe(before);
  const preview = await a.ask<PlanView>('preview');
  expect(preview.halts).toMatchObject([{ reason: 'mass-rewrite' }]);
  await a.ask('confirm', preview.plan);
  await a.sync();
  expect(text(bookB)).toContain('p30@example.org');
  expect(count(bookB)).toBe(30);
});
