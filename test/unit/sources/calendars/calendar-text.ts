import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';

/** A calendar of these lines. */
export const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
/** One event of these lines. */
export const event = (...lines: string[]): string => ['BEGIN:VEVENT', 'UID:u1', ...lines, 'END:VEVENT'].join('\r\n');
export const task = (...lines: string[]): string => ['BEGIN:VTODO', 'UID:u1', ...lines, 'END:VTODO'].join('\r\n');

export const split = (text: string | Uint8Array) =>
  icalendarFormat.split(typeof text === 'string' ? Buffer.from(text) : text);

/** What the items of a text say, in order. */
export function readAll(text: string | Uint8Array, previous: Fields | null = null): Fields[] {
  const parts = split(text);
  return parts.items.map((item) => icalendarFormat.read(parts, item, previous));
}
export const readOne = (text: string | Uint8Array, previous: Fields | null = null): Record<string, any> =>
  Object.fromEntries(readAll(text, previous)[0] ?? []);

/** The text with fields of its first item changed; undefined: cleared. */
export function edit(text: string, change: Record<string, Value | undefined>): string {
  const parts = split(text);
  const [item] = parts.items;
  if (item === undefined) throw new Error('no item');
  const before = icalendarFormat.read(parts, item, null);
  const after = new Map(before);
  for (const [field, value] of Object.entries(change)) {
    if (value === undefined) after.delete(fieldName(field));
    else after.set(fieldName(field), value);
  }
  const written = icalendarFormat.write(parts, [{ item, before, after: icalendarFormat.project(after), uid: 'u1' }]);
  return Buffer.from(written).toString();
}

/** What is in one text and not in the other, line by line, without folds. */
export function changedLines(before: string, after: string): { gone: string[]; come: string[] } {
  const lines = (text: string): string[] => text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const counts = new Map<string, number>();
  for (const line of lines(after)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const gone = lines(before).filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
  const come = [...counts].flatMap(([line, count]) => Array<string>(Math.max(0, count)).fill(line));
  return { gone, come };
}

/** A new calendar with these fields as its one item. */
export function compose(fields: Record<string, Value>, uid = 'u1'): string {
  const full = new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
  const after = icalendarFormat.project(full);
  const empty = icalendarFormat.split(icalendarFormat.empty());
  return Buffer.from(icalendarFormat.write(empty, [{ item: null, before: null, after, uid }])).toString();
}

export const fieldsOf = (fields: Record<string, Value>): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
