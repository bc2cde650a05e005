import type { Value } from '../../../record/value.ts';
import type { ContentLine, Param } from '../../text/content-lines.ts';
import type { PropertyRule } from './property-table.ts';
import { decodeCarets, encodeCarets, type VcardVersion } from './vcard-text.ts';
import type { Plain, Written } from './written.ts';

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
  'X-APPLE-OMIT-YEAR',
  'DERIVED',
]);
const ENCODINGS = /^(?:quoted-printable|base64|b|7bit|8bit)$/i;
const CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['home', 'private'],
  ['work', 'work'],
]);

const isName = (name: string, wanted: string): boolean => name.toUpperCase() === wanted;
/** The first value of a parameter; null: the line has none of that name. */
export const paramOf = (line: ContentLine, name: string): string | null =>
  line.params.find((each) => isName(each.name, name))?.values[0] ?? null;

/** Words of TYPE, with those that stand alone in 2.1. */
function wordsOf({ params }: ContentLine): readonly string[] {
  return params.flatMap(({ name, values }) => {
    if (name !== '' && !isName(name, 'TYPE')) return [];
    return values
      .flatMap((value) => value.split(','))
      .filter((word) => word !== '' && !(name === '' && ENCODINGS.test(word)));
  });
}

/** What the parameters of a line say of its entry: contexts, features, preference, and what nobody knows. */
export function readParams(line: ContentLine, rule: PropertyRule | null, version: VcardVersion): Plain {
  const contexts: Record<string, Value> = {};
  const features: Record<string, Value> = {};
  const unknown: string[] = [];
  let pref: number | null = null;
  for (const word of wordsOf(line).map((each) => each.toLowerCase())) {
    const [context, feature] = [CONTEXTS.get(word), rule?.features?.get(word)];
    if (context !== undefined) contexts[context] = true;
    else if (feature !== undefined) features[feature] = true;
    else if (word === 'pref') pref = 1;
    else if (!NOTATION.has(word) && rule?.map !== 'media' && !unknown.includes(word)) unknown.push(word);
  }
  const stated = Number(paramOf(line, 'PREF'));
  if (Number.isInteger(stated) && stated >= 1 && stated <= 100) pref = stated;
  const params: Record<string, Value> = unknown.length === 0 ? {} : { type: unknown.sort((a, b) => (a < b ? -1 : 1)) };
  for (const { name, values } of line.params)
    if (name !== '' && !OF_VALUE.has(name.toUpperCase()))
      params[name.toLowerCase()] = values.map((value) => (version === '4.0' ? decodeCarets(value) : value));
  return {
    ...(Object.keys(contexts).length === 0 ? {} : { contexts }),
    ...(Object.keys(features).length === 0 ? {} : { [rule?.featuresIn ?? 'features']: features }),
    ...(pref === null ? {} : { pref }),
    ...(Object.keys(params).length === 0 ? {} : { vCardParams: params }),
  };
}

/** How a card writes its parameters: new ones look like those it has. */
export interface ParamStyle {
  readonly type: string;
  readonly upper: boolean;
}
/** The style of a card, by its first TYPE; else that of its version. */
export function paramStyleOf(lines: readonly ContentLine[], version: VcardVersion): ParamStyle {
  for (const { params } of lines)
    for (const { name, values } of params)
      if (isName(name, 'TYPE') && values[0] !== undefined)
        return { type: name, upper: values[0] === values[0].toUpperCase() };
  return { type: 'TYPE', upper: version !== '4.0' };
}

/** The parameters of an entry's line. `existing`: the line it replaces, whose words without data stay. */
export function writeParams(
  entry: Plain,
  { params: ofValue = [] }: Written,
  rule: PropertyRule,
  version: VcardVersion,
  style: ParamStyle,
  existing: ContentLine | null,
): readonly Param[] {
  const words: string[] = [];
  const contexts = partOf(entry.contexts);
  for (const [word, context] of CONTEXTS) if (contexts[context] === true) words.push(word);
  const features = partOf(entry[rule.featuresIn ?? 'features']);
  const taken = new Set<string>();
  for (const [word, feature] of rule.features ?? [])
    if (features[feature] === true && !taken.has(feature)) {
      words.push(word);
      taken.add(feature);
    }
  const params = partOf(entry.vCardParams);
  for (const word of Array.isArray(params.type) ? (params.type as readonly string[]) : []) words.push(word);
  if (entry.pref === 1 && version !== '4.0') words.push('pref');
  const before = existing === null ? [] : wordsOf(existing);
  const kept = before.filter((word) => NOTATION.has(word.toLowerCase()));
  const spelled = [...words, ...kept].map(
    (word) =>
      before.find((each) => each.toLowerCase() === word.toLowerCase()) ?? (style.upper ? word.toUpperCase() : word),
  );
  const typeOfValue = ofValue.flatMap(([name, value]) => (name === 'TYPE' ? [value] : []));
  const types = [...typeOfValue, ...spelled];
  const written: Param[] = [];
  if (types.length > 0) {
    if (version === '2.1') for (const word of types) written.push({ name: '', values: [word], quoted: [false] });
    else written.push({ name: style.type, values: types, quoted: types.map(() => false) });
  }
  const add = (name: string, values: readonly string[]): void => {
    const texts = values.map((value) => (version === '4.0' ? encodeCarets(value) : value.replace(/["\n]/g, ' ')));
    written.push({ name, values: texts, quoted: texts.map((text) => /[:;,]/.test(text)) });
  };
  for (const [name, value] of ofValue) if (name !== 'TYPE') add(name, [value]);
  if (typeof entry.pref === 'number' && version === '4.0') add('PREF', [String(entry.pref)]);
  for (const [name, values] of Object.entries(params))
    if (name !== 'type' && /^[A-Za-z0-9-]{1,64}$/.test(name) && Array.isArray(values))
      add(name.toUpperCase(), values as readonly string[]);
  return written;
}

const partOf = (value: Value | undefined): Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
    ? (value as Plain)
    : {};

/** Does a parameter only say how the value is written? */
export function isNotation({ name, values }: Param): boolean {
  const upper = name.toUpperCase();
  const isQuoted = values.some((one) => /^(?:quoted-printable|7bit|8bit)$/i.test(one));
  return upper === 'CHARSET' || (isQuoted && (upper === '' || upper === 'ENCODING'));
}
