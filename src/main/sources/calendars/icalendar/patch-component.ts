import type { ContentLine, Edit, Component as NativeComponent } from '../../text/content-lines.ts';
import type { Component } from './component.ts';
import type { Composed, ComposedPart } from './compose-component.ts';
import { componentLines, lineOf, type Notation, patchedLine, relistedLine } from './native.ts';
import { type Property, sameProperty, splitList } from './property.ts';
import type { ComponentReading } from './read-component.ts';

type Slots = readonly (string | readonly (string | null)[] | null)[];

const NO_EDITS: readonly Edit[] = [];
/** Properties whose value is a list, each member of which is an entry by itself. */
const LISTS = new Set(['EXDATE', 'RDATE', 'CATEGORIES']);
/** Where a line goes that has none of its name before it. */
const BESIDE: Readonly<Record<string, string>> = {
  DTEND: 'DTSTART',
  DUE: 'DTSTART',
  DURATION: 'DTSTART',
  RRULE: 'DTSTART',
  EXDATE: 'RRULE',
};

/** The edits that make a component say `after` where it says `before`. What is the same in both keeps its bytes. */
export function patchComponent(
  native: NativeComponent,
  reading: Pick<ComponentReading, 'slots' | 'parts'>,
  before: Composed,
  after: Composed,
  notation: Notation,
): readonly Edit[] {
  const edits = patchLines(native, reading.slots, before.properties, after.properties, notation);
  if (before.parts.size === 0 && after.parts.size === 0) return edits;
  for (const slot of new Set([...before.parts.keys(), ...after.parts.keys()])) {
    const [was, is] = [before.parts.get(slot), after.parts.get(slot)];
    if (was !== undefined && is !== undefined && samePart(was, is)) continue;
    const at = reading.parts.findIndex((part) => part.slot === slot);
    const part = native.components[at];
    if (part === undefined) {
      if (is !== undefined)
        edits.push(insertion(native, native.inner.end, componentLines(is.whole, notation), notation));
    } else if (is === undefined) edits.push({ start: part.start, end: part.end, text: '' });
    else if (was?.properties && is.properties)
      edits.push(...patchLines(part, reading.parts[at]?.slots ?? [], was.properties, is.properties, notation));
    else edits.push({ start: part.start, end: part.end, text: componentLines(is.whole, notation) });
  }
  return edits;
}

/** The edits that make a component that is carried whole say `after`: lines that are in both stay. */
export function patchWhole(
  native: NativeComponent,
  before: Component,
  after: Component,
  own: Component,
  notation: Notation,
): readonly Edit[] {
  if (!sameParts(before.parts, after.parts))
    return [{ start: native.start, end: native.end, text: componentLines(after, notation) }];
  const slots = own.properties.map((of) => slotOf(of));
  const counted = (component: Component): Map<string, Property> =>
    new Map(component.properties.map((of) => [slotOf(of), of]));
  const was = counted(before);
  return patchLines(native, slots, was, inPlaceOf(was, counted(after)), notation);
}

/** Lines that say something else stand where they stood: of several of one name the first that came in the place of the first that went. */
function inPlaceOf(before: ReadonlyMap<string, Property>, after: ReadonlyMap<string, Property>): Map<string, Property> {
  const placed = new Map(after);
  const came = [...after].filter(([slot]) => !before.has(slot));
  for (const [slot, { name }] of before) {
    const at = after.has(slot) ? -1 : came.findIndex(([, of]) => of.name === name);
    const [found] = at < 0 ? [] : came.splice(at, 1);
    if (found === undefined) continue;
    placed.delete(found[0]);
    placed.set(slot, found[1]);
  }
  return placed;
}

const slotOf = ({ name, params, value }: Property): string => JSON.stringify([name, params, value]);
const sameParts = (a: readonly Component[], b: readonly Component[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function samePart(a: ComposedPart, b: ComposedPart): boolean {
  if (a.properties === null || b.properties === null) return JSON.stringify(a.whole) === JSON.stringify(b.whole);
  if (a.properties.size !== b.properties.size) return false;
  for (const [slot, of] of a.properties) {
    const other = b.properties.get(slot);
    if (other === undefined || !sameProperty(of, other)) return false;
  }
  return true;
}

function patchLines(
  native: NativeComponent,
  slots: Slots,
  before: ReadonlyMap<string, Property>,
  after: ReadonlyMap<string, Property>,
  notation: Notation,
): Edit[] {
  const edits: Edit[] = [];
  const gone = new Set<string>();
  const lists = new Map<string, Property[]>();
  const fresh: Property[] = [];
  const outlived = outlivedEstimate(native, slots, after);
  for (const slot of new Set([...changedSlots(before, after), ...outlived])) {
    const [was, is] = [before.get(slot), after.get(slot)];
    const [at, ...doubles] = slots.flatMap((each, index) => (each === slot ? [index] : []));
    const line = at === undefined ? undefined : native.lines[at];
    if (line === undefined) {
      const name = (is ?? was)?.name ?? '';
      if (was !== undefined && LISTS.has(name)) gone.add(slot);
      if (is !== undefined && LISTS.has(name)) lists.set(name, [...(lists.get(name) ?? []), is]);
      else if (is !== undefined) fresh.push(is);
      continue;
    }
    const isRenamed = outlived.includes(slot);
    const text = is === undefined ? '' : isRenamed ? lineOf(is, notation) : rewritten(line, was, is, notation);
    edits.push({ start: line.start, end: line.end, text: terminated(native, line, text, notation) });
    for (const double of is === undefined ? doubles : []) {
      const other = native.lines[double] as ContentLine;
      edits.push({ start: other.start, end: other.end, text: '' });
    }
  }
  edits.push(...relist(native, slots, gone, lists, fresh, notation));
  for (const of of fresh) edits.push(insertion(native, placeFor(of.name, native), lineOf(of, notation), notation));
  return edits;
}

const ESTIMATE = 'ESTIMATED-DURATION';
/** An estimate that an older line says (DURATION beside DUE): by itself that would say when the task is due. */
function outlivedEstimate(
  native: NativeComponent,
  slots: Slots,
  after: ReadonlyMap<string, Property>,
): readonly string[] {
  const line = native.lines[slots.indexOf(ESTIMATE)];
  const isOlder = line !== undefined && line.name.toUpperCase() !== ESTIMATE;
  return isOlder && after.has(ESTIMATE) && !after.has('DUE') ? [ESTIMATE] : [];
}

/** The slots that do not say the same in both: those of before, then those that are new. */
function changedSlots(before: ReadonlyMap<string, Property>, after: ReadonlyMap<string, Property>): readonly string[] {
  const changed: string[] = [];
  before.forEach((was, slot) => {
    const is = after.get(slot);
    if (is === undefined || !sameProperty(was, is)) changed.push(slot);
  });
  after.forEach((_, slot) => {
    if (!before.has(slot)) changed.push(slot);
  });
  return changed;
}

/** The line saying `is`; of another property (an address that is attached now) it is made anew. */
function rewritten(line: ContentLine, was: Property | undefined, is: Property, notation: Notation): string {
  if (was !== undefined && was.name !== is.name) return lineOf(is, notation);
  return patchedLine(line, was ?? { ...is, params: [], value: '' }, is, notation);
}

/** Members that went are taken out of their lines; new ones go to a line of several like them, else get lines of their own (`fresh`). */
function relist(
  native: NativeComponent,
  slots: Slots,
  gone: ReadonlySet<string>,
  lists: ReadonlyMap<string, readonly Property[]>,
  fresh: Property[],
  notation: Notation,
): readonly Edit[] {
  if (gone.size === 0 && lists.size === 0) return NO_EDITS;
  const members = new Map<number, string[]>();
  slots.forEach((slot, at) => {
    if (slot === null || typeof slot === 'string' || !slot.some((each) => each !== null && gone.has(each))) return;
    const raw = membersOf(native.lines[at] as ContentLine, notation);
    members.set(
      at,
      raw.filter((_, index) => !gone.has(slot[index] ?? '')),
    );
  });
  for (const [name, added] of lists)
    for (const of of added) {
      const at = name === 'RDATE' && of.value.includes('/') ? -1 : lineForMember(native, slots, of, notation);
      const line = native.lines[at];
      if (line === undefined) fresh.push(of);
      else members.set(at, [...(members.get(at) ?? membersOf(line, notation)), of.value]);
    }
  return [...members].map(([at, list]) => {
    const line = native.lines[at] as ContentLine;
    const text = list.length === 0 ? '' : relistedLine(line, list, notation);
    return { start: line.start, end: line.end, text: terminated(native, line, text, notation) };
  });
}

/** The last line of its name that has its parameters and, of times, lists several already; -1: there is none. */
function lineForMember(native: NativeComponent, slots: Slots, of: Property, notation: Notation): number {
  if (notation.isOld) return -1;
  return native.lines.findLastIndex((line, at) => {
    const slot = slots[at];
    if (line.name.toUpperCase() !== of.name || slot === null || slot === undefined || typeof slot === 'string')
      return false;
    if (slot.length < (of.name === 'CATEGORIES' ? 1 : 2)) return false;
    const params = line.params.filter(
      ({ name, values }) => !/^VALUE$/i.test(name) || !/^DATE-TIME$/i.test(values[0] ?? ''),
    );
    const alike =
      params.length === of.params.length &&
      of.params.every((param) =>
        params.some(({ name, values }) => name.toUpperCase() === param.name && values.join() === param.values.join()),
      );
    return alike && (of.name === 'CATEGORIES' || /Z$/.test(of.value) === /Z$/.test(line.value));
  });
}

const membersOf = (line: ContentLine, { isOld }: Notation): readonly string[] =>
  isOld ? line.value.split(/[;,]/) : splitList(line.value);

function placeFor(name: string, native: NativeComponent): number {
  const lastOf = (wanted: string): ContentLine | undefined =>
    native.lines.findLast((line) => line.name.toUpperCase() === wanted);
  const beside = lastOf(name) ?? lastOf(BESIDE[name] ?? '') ?? native.lines.at(-1);
  return beside?.end ?? native.inner.start;
}

/** New lines at a place; where the text ends there without a line end, one is added before them. */
function insertion(native: NativeComponent, at: number, text: string, { lineEnd }: Notation): Edit {
  return { start: at, end: at, text: native.problem !== null && at === native.end ? lineEnd + text : text };
}

/** The last line of a text may lack its end: it goes on lacking it. */
function terminated(native: NativeComponent, line: ContentLine, text: string, { lineEnd }: Notation): string {
  return native.problem !== null && line.end === native.end && text.endsWith(lineEnd)
    ? text.slice(0, -lineEnd.length)
    : text;
}
