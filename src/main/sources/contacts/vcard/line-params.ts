import { compareTexts } from '../../../record/compare-texts.ts';
import { isPlain, type Plain, type Value } from '../../../record/value.ts';
import type { ContentLine, Param } from '../../text/content-lines.ts';
import { listed } from '../../text/listed.ts';
import { isParam } from './is-param.ts';
import type { PropertyRule } from './property-rule.ts';
import { OMITTED } from './vcard-date.ts';
import { decodeCarets, encodeCarets, type VcardVersion } from './vcard-text.ts';
import type { Draft, Written } from './written.ts';

/** Words of TYPE that carry no data (FORMATS 2.5, 2.9): they stay in a line that has them. */
const NOTATION: ReadonlySet<string> = new Set([
  'internet',
  'voice',
  'dom',
  'intl',
  'postal',
  'parcel',
  'x400',
  'other',
]);
/** Parameters that say how the value is written, or that the rule of the property reads. */
const OF_VALUE: ReadonlySet<string> = new Set([
  'TYPE',
  'PREF',
  'VALUE',
  'ENCODING',
  'CHARSET',
  'PROP-ID',
  'LABEL',
  'CC',
  'GEO',
  'TZ',
  'MEDIATYPE',
  OMITTED,
  'DERIVED',
]);
const ENCODINGS = /^(?:quoted-printable|base64|b|7bit|8bit)$/i;
const CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['home', 'private'],
  ['work', 'work'],
]);

/** The first value of a parameter; null: the line has none of that name. */
export function paramOf({ params }: ContentLine, wanted: string): string | null {
  for (const { name, values } of params) if (isParam(name, wanted)) return values[0] ?? null;
  return null;
}

/** Words of a TYPE; or that one, where it stands alone in 2.1. */
function wordsOf({ name, values }: Param): readonly string[] {
  if (name !== '' && !isParam(name, 'TYPE')) return NO_WORDS;
  const words = values.some((value) => value.includes(',')) ? values.flatMap((value) => value.split(',')) : values;
  const isWord = (word: string): boolean => word !== '' && !(name === '' && ENCODINGS.test(word));
  return words.every(isWord) ? words : words.filter(isWord);
}
const NO_WORDS: readonly string[] = [];

/** Adds to an entry what the parameters of its line say of it: contexts, features, preference, and what nobody knows. */
export function addParams(entry: Draft, line: ContentLine, rule: PropertyRule | null, version: VcardVersion): void {
  let contexts: Draft | null = null;
  let features: Draft | null = null;
  let others: Draft | null = null;
  const unknown: string[] = [];
  let pref: number | null = null;
  let stated: number | null = null;
  for (const param of line.params) {
    for (const written of wordsOf(param)) {
      const word = written.toLowerCase();
      const context = CONTEXTS.get(word);
      const feature = context === undefined ? rule?.features?.get(word) : undefined;
      if (context !== undefined) {
        contexts ??= {};
        contexts[context] = true;
      } else if (feature !== undefined) {
        features ??= {};
        features[feature] = true;
      } else if (word === 'pref') pref = 1;
      else if (!NOTATION.has(word) && rule?.map !== 'media' && !unknown.includes(word)) unknown.push(word);
    }
    const { name, values } = param;
    if (isParam(name, 'PREF')) stated ??= Number(values[0]);
    else if (PARAM_NAME.test(name) && !OF_VALUE.has(name.toUpperCase())) {
      others ??= {};
      others[name.toLowerCase()] = version === '4.0' ? values.map(decodeCarets) : values;
    }
  }
  if (stated !== null && Number.isInteger(stated) && stated >= 1 && stated <= 100) pref = stated;
  if (contexts !== null) entry.contexts = contexts;
  if (features !== null) entry[rule?.featuresIn ?? 'features'] = features;
  if (pref !== null) entry.pref = pref;
  if (unknown.length > 0) {
    others ??= {};
    others.type = unknown.sort(compareTexts);
  }
  if (others !== null) entry.vCardParams = others;
}

/** khard writes a label as a word of TYPE as well: it says nothing more. */
export function leaveOutLabelWord(entry: Draft, label: string): void {
  const { type, ...params } = partOf(entry.vCardParams);
  const word = `x-${label.toLowerCase()}`;
  const words = textsIn(type ?? null).filter((each) => each !== word);
  if (words.length === textsIn(type ?? null).length) return;
  if (words.length > 0) entry.vCardParams = { ...params, type: words };
  else if (Object.keys(params).length > 0) entry.vCardParams = params;
  else delete entry.vCardParams;
}

/** How a card writes its parameters: new ones look like those it has. */
export interface ParamStyle {
  readonly type: string;
  readonly upper: boolean;
  /** A day without its year is written as Apple writes it. */
  readonly omitsYear: boolean;
  /** It names members by UIDs alone. */
  readonly hasBareMembers: boolean;
}
/** The style of a card, by its first TYPE; else that of its version. */
export function paramStyleOf(lines: readonly ContentLine[], version: VcardVersion): ParamStyle {
  const omitsYear = version === '3.0' && lines.some(isOfApple);
  const hasBareMembers = lines.some(isBareMember);
  for (const { params } of lines)
    for (const { name, values } of params)
      if (isParam(name, 'TYPE') && values[0] !== undefined)
        return { type: name, upper: values[0] === values[0].toUpperCase(), omitsYear, hasBareMembers };
  return { type: 'TYPE', upper: version !== '4.0', omitsYear, hasBareMembers };
}
const isBareMember = ({ name, value }: ContentLine): boolean => /MEMBER$/i.test(name) && !/^\s*[a-z]+:/i.test(value);
/** Labels in its way tell nothing: others write them too, and we do. */
const isOfApple = ({ name, value, params }: ContentLine): boolean =>
  params.some((each) => isParam(each.name, OMITTED)) || (/^prodid$/i.test(name) && /\bApple\b/i.test(value));

/** Words of TYPE that say what an entry is for, and what it can do. */
function wordsFor(entry: Plain, rule: PropertyRule | null, version: VcardVersion): readonly string[] {
  let words: string[] | null = null;
  // Some programs take the first word they know for all there is: a fax at work is no phone at work.
  const features = partOf(entry[rule?.featuresIn ?? 'features']);
  if (rule !== null && features !== NOTHING)
    for (const word of featureWords(features, rule)) words = listed(words, word);
  const contexts = partOf(entry.contexts);
  if (contexts.private === true) words = listed(words, 'home');
  if (contexts.work === true) words = listed(words, 'work');
  const { type } = partOf(entry.vCardParams);
  if (type !== undefined) for (const word of textsIn(type)) words = listed(words, word);
  if (entry.pref === 1 && version !== '4.0') words = listed(words, 'pref');
  return words ?? NO_WORDS;
}

/** One word of TYPE for each feature. */
function featureWords(features: Plain, { features: known }: PropertyRule): readonly string[] {
  const words: string[] = [];
  const said: string[] = [];
  known?.forEach((feature, word) => {
    if (features[feature] !== true || said.includes(feature)) return;
    said.push(feature);
    words.push(word);
  });
  return words;
}

/** The parameters of an entry's line. `existing`: the line it replaces, whose words without data stay. */
export function writeParams(
  entry: Plain,
  { params: ofValue = NO_PAIRS }: Pick<Written, 'params'>,
  rule: PropertyRule | null,
  version: VcardVersion,
  style: ParamStyle,
  existing: ContentLine | null,
): readonly Param[] {
  const before = existing === null ? NO_WORDS : existing.params.flatMap(wordsOf);
  let types: string[] | null = null;
  for (const [name, value] of ofValue) if (name === 'TYPE') types = listed(types, value);
  for (const word of wordsFor(entry, rule, version)) types = listed(types, spelled(word, style, before));
  for (const word of before) if (NOTATION.has(word.toLowerCase())) types = listed(types, spelled(word, style, before));
  let written: Param[] | null = null;
  if (types !== null && version !== '2.1') written = [newParam(style.type, types)];
  else if (types !== null) written = types.map((word) => newParam('', [word]));
  for (const [name, value] of ofValue)
    if (name !== 'TYPE') written = listed(written, newParam(name, [encoded(value, version)]));
  if (typeof entry.pref === 'number' && version === '4.0')
    written = listed(written, newParam('PREF', [String(entry.pref)]));
  const params = partOf(entry.vCardParams);
  for (const name of params === NOTHING ? NO_WORDS : Object.keys(params)) {
    const values = params[name] as Value;
    if (name === 'type' || !PARAM_NAME.test(name) || !Array.isArray(values)) continue;
    const texts = textsIn(values).map((value) => encoded(value, version));
    written = listed(written, newParam(name.toUpperCase(), texts));
  }
  return written ?? NO_PARAMS;
}

/** A word of TYPE as the line has it, or as its card spells them. */
function spelled(word: string, style: ParamStyle, before: readonly string[]): string {
  const own = before.length === 0 ? undefined : before.find((each) => each.toLowerCase() === word.toLowerCase());
  return own ?? (style.upper ? word.toUpperCase() : word);
}

const encoded = (value: string, version: VcardVersion): string =>
  version === '4.0' ? encodeCarets(value) : value.replace(/["\n]/g, ' ');

const UNQUOTED: readonly boolean[] = [];
/** A parameter whose values are quoted where they need be. */
export const newParam = (name: string, values: readonly string[]): Param => ({ name, values, quoted: UNQUOTED });

const NO_PARAMS: readonly Param[] = [];
const NO_PAIRS: readonly (readonly [string, string])[] = [];
const PARAM_NAME = /^[A-Za-z0-9-]{1,64}$/;
const isText = (value: Value): value is string => typeof value === 'string';
/** The values of a parameter; what is none, as a peer may send it, is left out. */
export const textsIn = (values: Value): readonly string[] =>
  Array.isArray(values) ? (values as readonly Value[]).filter(isText) : NO_WORDS;

/** The parameters nobody knows of a line that is no entry. */
export function ownParams(params: Value | undefined): readonly Param[] {
  if (params === undefined || params === null || typeof params !== 'object') return [];
  const given = params as Plain;
  return Object.keys(given).flatMap((name) => {
    if (!PARAM_NAME.test(name) || !Array.isArray(given[name])) return [];
    return [newParam(name.toUpperCase(), textsIn(given[name] as Value))];
  });
}

const NOTHING: Plain = {};
const partOf = (value: Value | undefined): Plain => (isPlain(value) ? value : NOTHING);

/** Does a parameter only say how the value is written? */
export function isNotation({ name, values }: Param): boolean {
  const upper = name.toUpperCase();
  const isQuoted = values.some((one) => /^(?:quoted-printable|7bit|8bit)$/i.test(one));
  return upper === 'CHARSET' || (isQuoted && (upper === '' || upper === 'ENCODING'));
}

/** Words that stand alone in 2.1 and are none of TYPE, by the parameter they are of. */
const ALONE: ReadonlyMap<string, string> = new Map([
  ['base64', 'encoding'],
  ['b', 'encoding'],
  ['inline', 'value'],
  ['url', 'value'],
  ['cid', 'value'],
  ['content-id', 'value'],
]);
const nameOfWord = (word: string): string => ALONE.get(word.toLowerCase()) ?? 'type';

/** Parameters of a line nobody knows, by their names, with these words in addition. */
function withWords(params: Plain, name: string, words: readonly string[]): Plain {
  const before = Object.hasOwn(params, name) ? (params[name] as Value) : null;
  return { ...params, [name]: Array.isArray(before) ? [...(before as readonly string[]), ...words] : words };
}

/** The parameters of a line nobody knows. Words that stand alone in 2.1 are those of TYPE that they are: no later version has any. null: it has none. */
export function unknownParams(params: readonly Param[]): Plain | null {
  let read: Plain | null = null;
  for (const param of params) {
    const key = param.name.toLowerCase();
    // What is no name (Android writes `X-CUSTOM(CHARSET=…)`) stays in the line: nobody else could be given it.
    if ((key !== '' && !PARAM_NAME.test(key)) || isNotation(param)) continue;
    if (key === 'value')
      read = withWords(
        read ?? NOTHING,
        key,
        param.values.map((each) => each.toLowerCase()),
      );
    else if (key !== '') read = withWords(read ?? NOTHING, key, param.values);
    else for (const word of param.values) if (word !== '') read = withWords(read ?? NOTHING, nameOfWord(word), [word]);
  }
  return read;
}

/** The same of an entry that was read when such words were kept by themselves. */
export function withNamedWords(entry: Plain): Plain {
  const { params } = entry;
  if (params === null || typeof params !== 'object' || !Object.hasOwn(params, '')) return entry;
  const { '': alone = null, ...others } = params as Plain;
  let named: Plain = others;
  for (const word of Array.isArray(alone) ? alone.map(String) : [])
    if (word !== '') named = withWords(named, nameOfWord(word), [word]);
  const { params: _, ...rest } = entry;
  return Object.keys(named).length === 0 ? rest : { ...rest, params: named };
}

const WORD = /^[A-Za-z0-9-]+$/;

/** Such parameters as they are written in a card: in 2.1 words of TYPE stand alone, as far as they would be read as that. */
export function writtenUnknown(params: Plain, version: VcardVersion): readonly Param[] {
  const written: Param[] = [];
  for (const key of Object.keys(params)) {
    const given = params[key];
    if (!/^[A-Za-z0-9-]{1,64}$/.test(key) || !Array.isArray(given)) continue;
    const values = given.map(String);
    const isAlone = (word: string): boolean => WORD.test(word) && !ENCODINGS.test(word) && nameOfWord(word) === 'type';
    if (version === '2.1' && key === 'type' && values.every(isAlone))
      for (const value of values) written.push(newParam('', [value]));
    else written.push(newParam(key.toUpperCase(), values));
  }
  return written;
}
