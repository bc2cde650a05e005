import { type FieldName, fieldName } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import {
  MalformedItem,
  type NativeItem,
  type SplitText,
  type TextFormat,
} from '../../src/main/sources/text/text-format.ts';

/*
 * A text of blocks parted by blank lines: `@ uid` (or `@` alone), then a line `field=JSON` each. `#` begins a remark, which is kept. A block
 * that does not begin with `@` is damaged.
 */

/** The smallest format with everything a real one has. `holds`: the fields it has a place for; null: all. */
export function tinyFormat(holds: ReadonlySet<string> | null = null): TextFormat {
  return {
    kind: 'contacts',
    empty: () => new Uint8Array(0),
    split: splitBlocks,
    read({ bytes }, item) {
      const fields = new Map<FieldName, Value>();
      for (const line of linesOf(bytes, item)) {
        const at = line.indexOf('=');
        if (line.startsWith('@') || line.startsWith('#')) continue;
        if (at < 0) throw new MalformedItem(`${line} is no field`);
        fields.set(fieldName(line.slice(0, at)), JSON.parse(line.slice(at + 1)) as Value);
      }
      return fields;
    },
    project: (full) => new Map([...full].filter(([field]) => holds === null || holds.has(field))),
    write(text, writes) {
      const blocks = new Map<NativeItem, string>();
      const made: string[] = [];
      for (const { item, before, after, uid } of writes) {
        if (item === null) made.push(`@ ${uid}\n${[...(after ?? [])].map(lineOf).join('')}`);
        else blocks.set(item, after === null ? '' : patched(linesOf(text.bytes, item), before ?? new Map(), after));
      }
      const parts: (string | Uint8Array)[] = [];
      let at = 0;
      for (const item of text.items) {
        const { start, end } = item.spans[0] as { start: number; end: number };
        const block = blocks.get(item);
        if (block === undefined) continue;
        parts.push(text.bytes.subarray(at, start), block);
        at = end;
      }
      parts.push(text.bytes.subarray(at), ...made.map((block) => `\n${block}`));
      return Buffer.concat(parts.map((part) => Buffer.from(part)));
    },
    align: (items, known) =>
      items.map((fields) => {
        const found = known.findIndex((other) => other.get(NAME) === fields.get(NAME));
        return found < 0 ? null : found;
      }),
  };
}

const NAME = fieldName('name');
const lineOf = ([field, value]: readonly [string, Value]): string => `${field}=${JSON.stringify(value)}\n`;

function patched(lines: readonly string[], before: Fields, after: Fields): string {
  const rest = new Map(after);
  const kept = lines.flatMap((line) => {
    const field = fieldName(line.slice(0, line.indexOf('=')));
    if (line.startsWith('@') || line.startsWith('#')) return [`${line}\n`];
    const value = rest.get(field);
    rest.delete(field);
    if (value === undefined) return [];
    return JSON.stringify(before.get(field)) === JSON.stringify(value) ? [`${line}\n`] : [lineOf([field, value])];
  });
  return [...kept, ...[...rest].map(lineOf)].join('');
}

function linesOf(bytes: Uint8Array, { spans }: NativeItem): readonly string[] {
  const [{ start, end } = { start: 0, end: 0 }] = spans;
  return new TextDecoder()
    .decode(bytes.subarray(start, end))
    .split('\n')
    .filter((line) => line !== '');
}

function splitBlocks(bytes: Uint8Array): SplitText {
  const items: NativeItem[] = [];
  const damaged: { start: number; end: number; name: string; detail: string }[] = [];
  let at = 0;
  for (const block of Buffer.from(bytes)
    .toString('latin1')
    .split(/(?<=\n)(?=\n)/)) {
    const start = at + (block.startsWith('\n') ? 1 : 0);
    at += block.length;
    if (start >= at) continue;
    const first = Buffer.from(bytes.subarray(start, at)).toString().split('\n')[0] ?? '';
    if (first.startsWith('@'))
      items.push({ spans: [{ start, end: at }], uid: first.slice(2).trim() || null, context: [] });
    else damaged.push({ start, end: at, name: first.slice(1), detail: 'it does not begin with @' });
  }
  return { bytes, items, damaged };
}
