import type {
  ContentLine,
  LineStyle,
  Component as NativeComponent,
  Param as NativeParam,
} from '../../text/content-lines.ts';
import { composeLine } from '../../text/content-lines.ts';
import type { Component } from './component.ts';
import {
  decodeCarets,
  encodeCarets,
  escapeText,
  inCapitals,
  type Param,
  type Property,
  property,
  sameValues,
  unescapeText,
} from './property.ts';
import { fromVcalendar, toVcalendar } from './vcalendar.ts';

/** How the lines of one calendar are written. */
export interface Notation extends LineStyle {
  /** vCalendar 1.0. */
  readonly isOld: boolean;
}

/** What a line means, whichever version it is of. */
export function propertyOf(line: ContentLine, isOld: boolean): Property {
  const { value } = line;
  const name = inCapitals(line.name);
  // Only quoted-printable, which is none of iCalendar's, brings a line break here.
  const isBroken = !isOld && (value.includes('\n') || value.includes('\r'));
  // Most lines are what they mean.
  if (!isOld && !isBroken && line.params.length === 0 && name === line.name) return line;
  const of = property(name, isBroken ? value.replace(/\r\n?|\n/g, '\\n') : value, paramsOfLine(line.params));
  return isOld ? fromVcalendar(of) : of;
}

/** The parameters that do not only say how the line is written. */
function paramsOfLine(natives: readonly NativeParam[]): readonly Param[] {
  if (natives.length === 0) return NO_PARAMS;
  const params: Param[] = [];
  for (let at = 0; at < natives.length; at++) {
    const { name, values } = natives[at] as NativeParam;
    const upper = inCapitals(name);
    const isNotation =
      upper === '' ||
      upper === 'CHARSET' ||
      (upper === 'ENCODING' && /^(?:QUOTED-PRINTABLE|[78]BIT)$/i.test(values[0] ?? ''));
    if (!isNotation) params.push({ name: upper, values: decodedParams(values) });
  }
  return params;
}

function decodedParams(values: readonly string[]): readonly string[] {
  for (let at = 0; at < values.length; at++) if (values[at]?.includes('^')) return values.map(decodeCarets);
  return values;
}

/** A component as it is written, as the properties it means. `isOld`: vCalendar 1.0. */
export function componentOf(native: NativeComponent, isOld: boolean): Component {
  const { name, lines, components } = native;
  const properties = new Array<Property>(lines.length);
  for (let at = 0; at < lines.length; at++) properties[at] = propertyOf(lines[at] as ContentLine, isOld);
  const parts = components.length === 0 ? NO_PARTS : components.map((part) => componentOf(part, isOld));
  return { name, properties, parts };
}

/** The line for a property. */
export function lineOf(of: Property, notation: Notation): string {
  const { name, params, value } = notation.isOld ? toVcalendar(of) : of;
  const natives = params.length === 0 ? NO_NATIVE_PARAMS : params.map((each) => nativeParam(each.name, each.values));
  return encoded({ group: null, name, params: natives, value }, notation);
}

/** The text of a component, with BEGIN and END. */
export function componentLines(component: Component, notation: Notation): string {
  const { lineEnd } = notation;
  const { name, properties, parts } = component;
  let text = `BEGIN:${name}${lineEnd}`;
  for (let at = 0; at < properties.length; at++) text += lineOf(properties[at] as Property, notation);
  for (let at = 0; at < parts.length; at++) text += componentLines(parts[at] as Component, notation);
  return `${text}END:${name}${lineEnd}`;
}

/** A line that is to say `after` where it said `before`: what is the same in both stays as it is written. */
export function patchedLine(line: ContentLine, before: Property, after: Property, notation: Notation): string {
  const from = notation.isOld ? toVcalendar(before) : before;
  const to = notation.isOld ? toVcalendar(after) : after;
  const isOther = from.value !== to.value;
  const pending = new Map(to.params.map((each) => [each.name, each]));
  const params: NativeParam[] = [];
  for (const each of line.params) {
    const name = each.name.toUpperCase();
    const was = valuesOf(from, name);
    const is = valuesOf(to, name);
    // A zone or a kind of value that was as good as none does not go with another value.
    const isStale = isOther && is.length === 0 && (name === 'TZID' || name === 'VALUE');
    if (sameValues(was, is)) {
      if (!isStale) params.push(each);
    } else if (pending.has(name)) params.push(nativeParam(each.name, is));
    pending.delete(name);
  }
  for (const each of pending.values()) params.push(nativeParam(each.name, each.values));
  const value = isOther ? to.value : line.value;
  return encoded({ group: line.group, name: line.name, params, value }, notation);
}

/** The line with other members, which are given as they are written. */
export function relistedLine(line: ContentLine, members: readonly string[], notation: Notation): string {
  const { group, name, params } = line;
  return encoded({ group, name, params, value: members.join(notation.isOld ? ';' : ',') }, notation);
}

const valuesOf = ({ params }: Property, name: string): readonly string[] =>
  params.flatMap((each) => (each.name === name ? each.values : []));

function nativeParam(name: string, values: readonly string[]): NativeParam {
  if (values.length === 1) return { name, values: [encodeCarets(values[0] as string)], quoted: NOT_QUOTED };
  return { name, values: values.map(encodeCarets), quoted: values.map(() => false) };
}

/** Lines that are quoted-printable stay that; of vCalendar those become it that could not be written otherwise. */
function encoded(line: Pick<ContentLine, 'group' | 'name' | 'params' | 'value'>, notation: Notation): string {
  const isBeyond = notation.isOld && /[^\x20-\x7e]/.test(line.value);
  if (!isBeyond && !tellsEncoding(line.params)) return composeLine(line, notation);
  const says = (param: NativeParam): boolean =>
    param.values.some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE') && /^(?:ENCODING)?$/i.test(param.name);
  if (!isBeyond && !line.params.some(says)) {
    const params = line.params.filter(
      ({ name, values }) => !/^CHARSET$/i.test(name) || /^utf-?8$/i.test(values[0] ?? ''),
    );
    return composeLine({ ...line, params }, notation);
  }
  const rest = line.params.filter((param) => !says(param) && !/^CHARSET$/i.test(param.name));
  const params = [...rest, nativeParam('CHARSET', ['UTF-8']), nativeParam('ENCODING', ['QUOTED-PRINTABLE'])];
  return (
    composeLine({ ...line, params, value: '' }, { ...notation, foldAt: 10_000 }).trimEnd() +
    quotedPrintable(line, notation)
  );
}

/** May one of them say how the line is written? */
function tellsEncoding(params: readonly NativeParam[]): boolean {
  for (let at = 0; at < params.length; at++) if (/^(?:|CHARSET|ENCODING)$/i.test(params[at]?.name ?? '')) return true;
  return false;
}

function quotedPrintable({ value }: Pick<ContentLine, 'value'>, { lineEnd, isOld }: Notation): string {
  const text = isOld ? value : value.replace(/\\n/gi, '\n');
  let written = '';
  let length = 60;
  for (const byte of Buffer.from(text.replace(/\r\n?|\n/g, '\r\n'))) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x3d;
    const piece = isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (length + piece.length > 75) {
      written += `=${lineEnd}`;
      length = 0;
    }
    written += piece;
    length += piece.length;
  }
  return written + lineEnd;
}

const NO_PARAMS: readonly Param[] = [];
const NO_NATIVE_PARAMS: readonly NativeParam[] = [];
const NO_PARTS: readonly Component[] = [];
const NOT_QUOTED: readonly boolean[] = [false];

/** The UID or another text of a line; null: it is empty. */
export const textOfLine = (line: ContentLine | undefined): string | null =>
  line === undefined ? null : unescapeText(line.value).replaceAll('\n', ' ').trim() || null;
/** The line UID. */
export const uidProperty = (uid: string): Property =>
  property('UID', escapeText(/\s/.test(uid) ? uid.replace(/\s/g, ' ') : uid));
