import { compareTexts } from '../../../record/compare-texts.ts';
import { isPlain, type Value } from '../../../record/value.ts';

/** A parameter with its values as meant: unquoted, without RFC 6868's escapes. */
export interface Param {
  readonly name: string;
  readonly values: readonly string[];
}
/** A property as meant. `name` in capitals, `value` as iCalendar writes it (text with its escapes). */
export interface Property {
  readonly name: string;
  readonly params: readonly Param[];
  readonly value: string;
}
/** Parameters of a converted property that the universal format has no place for. */
export type ParamValues = { readonly [name: string]: Value };

/** A property; its value is as it is written, escaped already. */
export const property = (name: string, value: string, params: readonly Param[] = NO_PARAMS): Property => ({
  name,
  params,
  value,
});
/** A parameter with its values. */
export const param = (name: string, value: string): Param => ({ name, values: [value] });
/** What most properties have of them: none. */
const NO_PARAMS: readonly Param[] = [];

/** The first value of a parameter; null: it has none. */
export function paramOf({ params }: Property, name: string): string | null {
  for (let at = 0; at < params.length; at++) {
    const each = params[at] as Param;
    if (each.name === name) return each.values[0] ?? null;
  }
  return null;
}

/** The text of a parameter that has but one: programs forget the quotes around a comma in it. null: it has none. */
export function paramText(of: Property, name: string): string | null {
  const values = of.params.find((each) => each.name === name)?.values;
  return values === undefined ? null : values.join(',');
}

/** A name of a line in capitals, as it is written nearly always. */
export const inCapitals = (name: string): string => (CAPITALS.test(name) ? name : name.toUpperCase());

/** Text as a person meant it: one kind of line break, no other control characters, one Unicode form. */
export function cleanText(text: string): string {
  if (CLEAN.test(text)) return text;
  const broken = PLAIN.test(text) ? text : text.replace(/\r\n?/g, '\n').replace(CONTROLS, '').toWellFormed();
  return broken.normalize('NFC');
}
/** Text of one line. */
export function cleanWord(text: string): string {
  if (SIMPLE.test(text)) return text.trim();
  const clean = cleanText(text);
  return (clean.includes('\n') || clean.includes('\t') ? clean.replace(/[\n\t]+/g, ' ') : clean).trim();
}

/** The text a value of type TEXT says (RFC 5545 3.3.11). */
export function unescapeText(value: string): string {
  let at = value.indexOf('\\');
  if (at < 0) return cleanText(value);
  let text = '';
  let from = 0;
  while (at >= 0) {
    const char = value.charAt(at + 1);
    const isEscape = char !== '' && ESCAPES.includes(char);
    if (isEscape) {
      text += value.slice(from, at) + (char === 'n' || char === 'N' ? '\n' : char);
      from = at + 2;
    }
    at = value.indexOf('\\', isEscape ? from : at + 1);
  }
  return cleanText(text + value.slice(from));
}
/** What a backslash may stand before. */
const ESCAPES = '\\;,nN:"';
/** A text as a value of type TEXT. */
export function escapeText(text: string): string {
  if (SIMPLE.test(text)) return text;
  const clean = cleanText(text);
  return clean.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');
}

/** The members of a list, still escaped. */
export function splitList(value: string, separator = ','): readonly string[] {
  if (!value.includes(separator)) return [value];
  const members: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === separator) {
      members.push(value.slice(from, at));
      from = at + 1;
    }
  }
  members.push(value.slice(from));
  return members;
}

/** The parameters but these, as an entry carries them; null: there are none. */
export function otherParams({ params }: Property, known: ReadonlySet<string>): ParamValues | null {
  let others: { [name: string]: Value } | null = null;
  for (let at = 0; at < params.length; at++) {
    const { name, values } = params[at] as Param;
    if (known.has(name) || values.length === 0 || !NAME.test(name)) continue;
    others ??= {};
    const key = name.toLowerCase();
    const before = Object.hasOwn(others, key) ? (others[key] as readonly string[]) : [];
    others[key] = [...before, ...values.map(cleanParam)];
  }
  return others;
}

/** Would a line with this parameter be read as written in another way? Damaged it may say so only once it is cleaned. */
const saysNotation = (name: string, [value = '']: readonly string[]): boolean =>
  /^encoding$/i.test(name) && /^(?:quoted-printable|[78]bit)$/i.test(value);

/** What an entry carries of parameters, for writing. What a peer sent may be anything. */
export function paramsOf(carried: Value | undefined): readonly Param[] {
  if (!isPlain(carried)) return NO_PARAMS;
  return Object.keys(carried)
    .sort(compareTexts)
    .flatMap((name) => {
      const values = textsOf(carried[name]).map(cleanParam);
      const isData = NAME.test(name) && values.length > 0 && !saysNotation(name, values);
      return isData ? [{ name: name.toUpperCase(), values }] : [];
    });
}

/** A value of a parameter: any text of several lines is possible (RFC 6868), control characters are not. */
export const cleanParam = (text: string): string => cleanText(text).replaceAll('\t', ' ');

/** The text that a value of a parameter stands for (RFC 6868). */
export const decodeCarets = (text: string): string =>
  text.includes('^')
    ? text.replace(/\^([\^n'])/g, (_, char: string) => (char === 'n' ? '\n' : char === "'" ? '"' : '^'))
    : text;
/** A text as the value of a parameter that may need quotes. */
export const encodeCarets = (text: string): string =>
  /[\^"\n]/.test(text) ? text.replace(/[\^"\n]/g, (char) => (char === '^' ? '^^' : char === '"' ? "^'" : '^n')) : text;

const textsOf = (value: Value | undefined): readonly string[] =>
  Array.isArray(value)
    ? value.filter((each): each is string => typeof each === 'string')
    : typeof value === 'string'
      ? [value]
      : [];

/** A name iCalendar allows for a property, a parameter or a component. */
export const isName = (name: string): boolean => NAME.test(name);

/** Do both lines say the same, in the same words? */
export function sameProperty(a: Property, b: Property): boolean {
  return a === b || (a.name === b.name && a.value === b.value && sameParams(a.params, b.params));
}
function sameParams(a: readonly Param[], b: readonly Param[]): boolean {
  return (
    a.length === b.length && a.every((each, at) => b[at]?.name === each.name && sameValues(each.values, b[at].values))
  );
}
/** Are both lists the same, in the same order? */
export const sameValues = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, at) => each === b[at]);

const NAME = /^[A-Za-z0-9-]{1,64}$/;
const CAPITALS = /^[A-Z-]*$/;
/** Below U+0300, where combining marks begin, every text has one form. */
const CLEAN = /^[\x20-\x7e\n\t\xa0-\u02ff]*$/;
/** Such a text of one line in which nothing is to be escaped. */
const SIMPLE = /^[\x20-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\xa0-\u02ff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to go
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to go
const PLAIN = /^[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]*$/;
