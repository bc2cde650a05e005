import { equalValues, type Fields } from '../../src/main/record/value.ts';
import { putFields } from '../../src/main/snapshot/lens.ts';
import type { SplitText, TextFormat } from '../../src/main/sources/text/text-format.ts';

/** Why two readings are not the same; null: they are. */
export function differs(a: Fields, b: Fields): string | null {
  for (const [field, value] of a)
    if (!b.has(field) || !equalValues(value, b.get(field) ?? null))
      return `${field}: ${JSON.stringify(value)} and ${JSON.stringify(b.get(field))}`;
  for (const field of b.keys()) if (!a.has(field)) return `${field}: absent and ${JSON.stringify(b.get(field))}`;
  return null;
}

/** The text with one more item. */
export function withNew(format: TextFormat, bytes: Uint8Array, fields: Fields, uid = 'new'): Uint8Array {
  return format.write(format.split(bytes), [{ item: null, before: null, after: fields, uid }]);
}

/** Reads all items, each with what it held before. */
export function readAll(format: TextFormat, text: SplitText, previous: readonly Fields[] = []): readonly Fields[] {
  return text.items.map((item, at) => format.read(text, item, previous[at] ?? null));
}

/** What breaks the laws of a format for a record in a new text; null: nothing. */
export function lawBroken(format: TextFormat, full: Fields): string | null {
  const held = format.project(full);
  const again = differs(format.project(held), held);
  if (again !== null) return `what it holds is not what it would hold of that: ${again}`;
  const bytes = withNew(format, format.empty(), held);
  const text = format.split(bytes);
  if (text.items.length !== 1 || text.damaged.length > 0) return `one item became ${text.items.length}`;
  const read = readAll(format, text, [held])[0] as Fields;
  const written = differs(read, held);
  if (written !== null) return `what was written is read as something else: ${written}`;
  const back = differs(putFields(format.kind, full, held, read), full);
  if (back !== null) return `putting back what it holds changes the record: ${back}`;
  const [item] = text.items;
  const same = format.write(text, [{ item: item ?? null, before: read, after: read, uid: 'new' }]);
  return Buffer.compare(same, bytes) === 0 ? null : 'a write of no change changes bytes';
}
