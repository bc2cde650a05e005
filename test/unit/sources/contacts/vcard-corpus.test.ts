import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { equalValues } from '../../../../src/main/record/value.ts';
import { versionOf } from '../../../../src/main/sources/contacts/vcard/read-card.ts';
import { vcardFormat, vcardVersionIn } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { VcardVersion } from '../../../../src/main/sources/contacts/vcard/vcard-text.ts';
import { readContentLines } from '../../../../src/main/sources/text/content-lines.ts';

const CORPUS = resolve(process.env.LOCKSTEP_CORPUS ?? '../shared/corpus');
const isThere = existsSync(CORPUS);
const formats = { '2.1': vcardFormat('2.1'), '3.0': vcardFormat('3.0'), '4.0': vcardFormat('4.0') } as const;

function* texts(): Generator<{ name: string; bytes: Uint8Array }> {
  for (const name of readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })) {
    const path = join(CORPUS, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    if (/\.vcf$/i.test(name) || vcardVersionIn(bytes) !== null) yield { name, bytes };
  }
}

const differing = (a: Fields, b: Fields): readonly string[] => [
  ...[...a].flatMap(([field, value]) =>
    equalValues(value, b.get(field) ?? null)
      ? []
      : [`${field}: ${JSON.stringify(value)} became ${JSON.stringify(b.get(field) ?? null)}`],
  ),
  ...[...b.keys()].flatMap((field) => (a.has(field) ? [] : [`${field} came: ${JSON.stringify(b.get(field))}`])),
];

describe(`cards other programs wrote (${isThere ? CORPUS : `skipped: ${CORPUS} is not there`})`, () => {
  it.skipIf(!isThere)(
    'read and written unchanged, are the same bytes; with one field edited, only its lines are others',
    () => {
      const count = { files: 0, cards: 0, damaged: 0, edits: 0 };
      for (const { name, bytes } of texts()) {
        const format = formats['3.0'];
        const text = format.split(bytes);
        count.files++;
        count.damaged += text.damaged.length;
        const reads = text.items.map((item) => format.read(text, item, null));
        expect(
          Buffer.compare(
            format.write(
              text,
              text.items.map((item, at) => ({
                item,
                before: reads[at] as Fields,
                after: reads[at] as Fields,
                uid: '',
              })),
            ),
            bytes,
          ),
        ).toBe(0);
        for (const [at, item] of text.items.entries()) {
          count.cards++;
          const before = reads[at] as Fields;
          for (const [field, value] of before) {
            const changed = edited(field, value);
            if (changed === null) continue;
            const after = new Map(before).set(field, changed);
            const written = format.write(text, [{ item, before, after, uid: '' }]);
            const again = format.split(written);
            const now = format.read(again, again.items[at] as never, after);
            expect([name, field, differing(after, now)]).toEqual([name, field, []]);
            expect(linesThatDiffer(bytes, written), `${name} ${field}`).toBeLessThanOrEqual(
              lineCount(bytes, item.spans[0] as never, field),
            );
            count.edits++;
          }
        }
      }
      console.log(JSON.stringify(count));
      expect(count.cards).toBeGreaterThan(180);
    },
  );

  it.skipIf(!isThere)('read, put into the universal format and written anew, are read as the same', () => {
    const trouble: string[] = [];
    let count = 0;
    for (const { name, bytes } of texts()) {
      const any = formats['3.0'];
      const text = any.split(bytes);
      for (const item of text.items) {
        const { start, end } = item.spans[0] as { start: number; end: number };
        const version: VcardVersion = versionOf(
          readContentLines(bytes.subarray(start, end)).components[0] as Parameters<typeof versionOf>[0],
        );
        const format = formats[version];
        const read = format.read(text, item, null);
        const held = format.project(read);
        const empty = format.split(format.empty());
        const written = format.write(empty, [{ item: null, before: null, after: held, uid: 'x' }]);
        const again = format.split(written);
        const now = format.read(again, again.items[0] as never, held);
        // A card has to have a name: where it had none one is made up.
        const same = differing(held, now).filter((each) => !/^name/.test(each) || held.has('name' as FieldName));
        if (same.length > 0) trouble.push(`${name} (${version}): ${same.join('; ')}`.slice(0, 400));
        count++;
      }
    }
    console.log(`${count} cards written anew, ${trouble.length} not read as the same`);
    expect(trouble).toEqual([]);
  });
});

function edited(field: FieldName, value: Value): Value | null {
  if (
    field.startsWith('vCard/') ||
    field.startsWith('keywords') ||
    field.startsWith('members') ||
    field.startsWith('nicknames')
  )
    return null;
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) return null;
  const { kind, date, relation } = value as { readonly [key: string]: Value };
  if (kind !== 'birth' && date !== undefined && field.startsWith('anniversaries/'))
    return { ...value, date: { year: 2001, month: 2, day: 3 } };
  if (relation !== undefined) return { relation: { neighbor: true } };
  for (const part of ['address', 'number', 'note', 'name', 'full', 'user'])
    if (typeof (value as { [key: string]: Value })[part] === 'string') return { ...value, [part]: '+43 1 555 Ä; b, c' };
  return null;
}
const linesOf = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString('latin1').split('\n');
function linesThatDiffer(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [linesOf(a), linesOf(b)];
  let [start, end] = [0, 0];
  while (start < left.length && left[start] === right[start]) start++;
  while (end < left.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  return left.length - start - end;
}
/** The most physical lines one property of a card may be folded over. */
function lineCount(bytes: Uint8Array, { start, end }: { start: number; end: number }, field: string): number {
  const lines = linesOf(bytes.subarray(start, end));
  const folds = lines.filter((line) => /^[ \t]/.test(line) || line.endsWith('=\r') || line.endsWith('=')).length;
  return (field === 'name' ? lines.length : 4) + folds;
}
