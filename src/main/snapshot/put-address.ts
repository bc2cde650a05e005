import { type FieldName, fieldName } from '../record/ids.ts';
import { equalValues, type Fields, isPlain, type Value } from '../record/value.ts';
import { placeIn, wordsOf } from './put-name.ts';
import { isOfParts, kindOf, type Part } from './put-parts.ts';

const ADDRESSES = 'addresses/';
/** What cards before 4.0 print of an address is a property of its own, LABEL (RFC 2426, 3.2.2), which is carried as it is written. */
const LABELS = 'vCard/label/';

/**
 * An address whose parts were edited (`put`) in a source that does not show the whole of it, as it stands on a letter: the whole the record states
 * (`full`) follows them. Any other value as it is; whether the source shows that as it says it by now is for the caller to see.
 */
export function addressBeside(put: Value, full: Value, before: Value): Value {
  if (![put, full, before].every(isPlain)) return put;
  const [value, own, was] = [put, full, before] as readonly [Part, Part, Part];
  if (typeof own.full !== 'string' || value.full !== own.full || was.full === own.full) return put;
  if (!isOfParts(own.components) || !isOfParts(value.components)) return put;
  const said = printed(own.full, own.components, value.components);
  const { full: _, ...rest } = value;
  return said === '' ? rest : { ...rest, full: said };
}

/**
 * The lines that are printed of addresses follow those (`full`: before, `after`: by now), where the source has no place for such lines (`held`), or its
 * program left them as they were (`now`). The line of an address that is gone, or that says what changed in other words, goes with it, but is left
 * where the source shows it.
 */
export function putLabels(after: Map<FieldName, Value>, full: Fields, held: Fields, now: Fields): void {
  const labels = [...full].flatMap(([field, value]) => (field.startsWith(LABELS) ? labelOf(field, value) : []));
  const own = labels.filter(({ field }) => equalValues(held.get(field) ?? null, now.get(field) ?? null));
  if (own.length === 0) return;
  const addresses = [...full].flatMap(([field, value]) => (field.startsWith(ADDRESSES) ? addressOf(field, value) : []));
  for (const label of own) {
    const address = printedBy(label, addresses, labels);
    const put = address === null ? null : (after.get(address.field) ?? null);
    const parts = isPlain(put) ? put.components : undefined;
    if (address === null || equalValues(put, address.value)) continue;
    const said = put === null ? '' : isOfParts(parts) ? printed(label.text, address.parts, parts) : label.text;
    if (said === '') {
      if (!held.has(label.field)) after.delete(label.field);
    } else if (said !== label.text) after.set(label.field, { ...label.value, value: escaped(said, label.isEscaped) });
  }
}

interface Address {
  readonly field: FieldName;
  readonly value: Part;
  readonly parts: readonly Part[];
  /** What it is for, in one word. */
  readonly context: string;
}
interface Label {
  readonly field: FieldName;
  readonly value: Part;
  readonly context: string;
  readonly text: string;
  /** Are commas and semicolons escaped in it? Those of 2.1 are not. */
  readonly isEscaped: boolean;
}

function addressOf(field: string, value: Value): Address | [] {
  if (!isPlain(value) || !isOfParts(value.components)) return [];
  const contexts = isPlain(value.contexts ?? null) ? Object.keys(value.contexts as Part) : [];
  return { field: fieldName(field), value, parts: value.components, context: contexts.sort().join(' ') };
}

function labelOf(field: string, value: Value): Label | [] {
  if (!isPlain(value) || typeof value.value !== 'string') return [];
  const { type = null } = isPlain(value.params ?? null) ? (value.params as Part) : {};
  const types = Array.isArray(type) ? type.join().toLowerCase().split(',') : [];
  const contexts = [...(types.includes('home') ? ['private'] : []), ...(types.includes('work') ? ['work'] : [])];
  const isEscaped = /\\[,;]/.test(value.value);
  const broken = value.value.replace(/\\n/gi, '\n');
  const text = isEscaped ? broken.replace(/\\([,;])/g, '$1') : broken;
  return { field: fieldName(field), value, context: contexts.join(' '), text, isEscaped };
}

const escaped = (text: string, isEscaped: boolean): string =>
  (isEscaped ? text.replace(/[,;]/g, '\\$&') : text).replaceAll('\n', '\\n');

/** The address a line is printed of: that of which it has the most parts, else the only one for the same. null: it cannot be told. */
function printedBy(label: Label, addresses: readonly Address[], labels: readonly Label[]): Address | null {
  const sameAs = ({ context }: Address | Label): boolean => context === label.context;
  const found = addresses
    .map((address) => ({ address, parts: partsIn(label.text, address.parts) }))
    // Without a word of what it is for, only what it says tells.
    .filter(({ address, parts }) => parts > 0 && (sameAs(address) || (parts > 1 && parts === address.parts.length)))
    .sort((a, b) => b.parts - a.parts || Number(sameAs(b.address)) - Number(sameAs(a.address)));
  const [best, next] = found;
  if (best !== undefined) {
    const isTold = next === undefined || next.parts < best.parts || sameAs(next.address) !== sameAs(best.address);
    return isTold ? best.address : null;
  }
  const [only = null, ...others] = addresses.filter(sameAs);
  return others.length > 0 || labels.filter(sameAs).length > 1 ? null : only;
}

const partsIn = (text: string, parts: readonly Part[]): number =>
  kindsOf(parts).filter((kind) => foundIn(text, wordsOf(parts, kind)) !== null).length;

const kindsOf = (parts: readonly Part[]): readonly string[] => [...new Set(parts.map(kindOf))];

/**
 * What is printed of an address, once its parts are others: each follows where it stands in it as it was. What was left out of it, as the country mostly
 * is, stays so. '': it says in other words what is another thing by now, or is that of another address: then it would send letters to the wrong place.
 */
function printed(text: string, before: readonly Part[], now: readonly Part[]): string {
  const kinds = kindsOf(before);
  const changed = kinds.flatMap((kind) => {
    const [was, is] = [wordsOf(before, kind), wordsOf(now, kind)];
    return was === is ? [] : [{ was, is, found: foundIn(text, was) }];
  });
  if (changed.length === 0) return text;
  const stays = new Set(kinds.flatMap((kind) => words(wordsOf(now, kind))));
  const said = new Set(words(text));
  const isOtherwise = ({ was, found }: (typeof changed)[number]): boolean =>
    found === null && words(was).some((word) => said.has(word) && !stays.has(word));
  const isAnother = changed.length === kinds.length && changed.every(({ found }) => found === null);
  if (isAnother || changed.some(isOtherwise)) return '';
  const places = changed.flatMap(({ was, is, found }) => (found === null ? [] : { was, is, ...found }));
  let followed = text;
  for (const { was, is, at, isUpper } of places.sort((a, b) => b.at - a.at))
    followed = followed.slice(0, at) + (isUpper ? is.toUpperCase() : is) + followed.slice(at + was.length);
  return places.some(({ is }) => is === '') ? withoutGaps(followed) : followed;
}

/** Where words stand in a text; capital letters are how many countries print a place. null: nowhere, or it cannot be told. */
function foundIn(text: string, own: string): { readonly at: number; readonly isUpper: boolean } | null {
  if (own === '') return null;
  const at = placeIn(text, own);
  if (at >= 0) return { at, isUpper: false };
  const upper = own.toUpperCase();
  const atUpper = upper.length === own.length ? placeIn(text, upper) : -1;
  return atUpper < 0 ? null : { at: atUpper, isUpper: true };
}

const words = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const withoutGaps = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/\s+(?=[\s,])/g, '').replace(/^[\s,]+|[\s,]+$/g, ''))
    .filter((line) => line !== '')
    .join('\n');
