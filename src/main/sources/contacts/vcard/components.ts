import type { Plain } from '../../../record/value.ts';
import { hasSameWords } from '../cells/addresses.ts';
import { escapePart, splitAt, unescapePart, unescapeText, type VcardVersion } from './vcard-text.ts';

export type Component = { readonly kind: string; readonly value: string };
const isComponent = (each: Partial<Component> | null): each is Component =>
  typeof each?.kind === 'string' && typeof each.value === 'string';
const NO_COMPONENTS: readonly Component[] = [];
/** The parts of a name or an address; what is no part, as a peer may send it, is left out. */
export function componentsOf(entry: Plain): readonly Component[] {
  if (!Array.isArray(entry.components)) return NO_COMPONENTS;
  const given = entry.components as readonly unknown[] as readonly (Partial<Component> | null)[];
  return given.every(isComponent) ? given : given.filter(isComponent);
}

const [BACKSLASH, SEMICOLON, COMMA] = [92, 59, 44];

/** What stands between unescaped separators, each with the kind its place has; what is beyond them, or of no kind, is left out. */
function readParts(value: string, version: VcardVersion, kinds: readonly (string | null)[]): readonly Component[] {
  const components: Component[] = [];
  let place = 0;
  let begin = 0;
  for (let at = 0; at <= value.length; at++) {
    const char = at < value.length ? value.charCodeAt(at) : SEMICOLON;
    if (char === BACKSLASH && at + 1 < value.length) at++;
    if (char !== SEMICOLON && char !== COMMA) continue;
    const kind = at > begin ? (kinds[place] ?? null) : null;
    const plain = kind === null ? '' : unescapePart(value.slice(begin, at), version);
    if (kind !== null && plain !== '') components.push({ kind, value: plain });
    begin = at + 1;
    if (char === SEMICOLON) place++;
  }
  return components;
}

function writeParts(
  components: readonly Component[],
  version: VcardVersion,
  kinds: readonly (string | null)[],
): string {
  let written = '';
  for (let place = 0; place < kinds.length; place++) {
    if (place > 0) written += ';';
    let isFirst = true;
    for (const { kind, value } of components) {
      if (kind !== kinds[place]) continue;
      written += isFirst ? escapePart(value, version) : `,${escapePart(value, version)}`;
      isFirst = false;
    }
  }
  return written;
}

/** Parts of an address in their order (RFC 6350 6.3.1, RFC 9554 2.1). */
const ADDRESS_KINDS = [
  'postOfficeBox',
  'apartment',
  'name',
  'locality',
  'region',
  'postcode',
  'country',
  'room',
  'floor',
  'number',
  'building',
  'block',
  'subdistrict',
  'district',
  'landmark',
  'direction',
] as const;
const PLAIN_PARTS = 7;
/** Where RFC 9554 puts the parts beyond the seventh: room; apartment; floor; number; name; building; block; … */
const EXTENDED = [
  'room',
  null,
  'floor',
  'number',
  null,
  'building',
  'block',
  'subdistrict',
  'district',
  'landmark',
  'direction',
];
/** What an address may have at each place. */
const ADDRESS_PARTS: readonly (string | null)[] = [...ADDRESS_KINDS.slice(0, PLAIN_PARTS), ...EXTENDED];
const PLAIN_ADDRESS_PARTS = ADDRESS_PARTS.slice(0, PLAIN_PARTS);

/** The parts of ADR, and the whole of it where that stands behind them and says something else; null: it does not. */
export function readAddress(
  value: string,
  version: VcardVersion,
): { readonly components: readonly Component[]; readonly whole: string | null } {
  const whole = version === '4.0' ? null : wholeBehind(value, version);
  const components = readParts(value, version, whole === null ? ADDRESS_PARTS : PLAIN_ADDRESS_PARTS);
  const isSaid = whole !== null && hasSameWords(whole, components.map((each) => each.value).join(' '));
  return { components, whole: isSaid ? null : whole };
}

/** Google writes the whole of an address behind its seven parts, where vCard 4.0 has the room by now (RFC 9554). null: it is not that. */
function wholeBehind(value: string, version: VcardVersion): string | null {
  const parts = splitAt(value, ';');
  const eighth = parts[PLAIN_PARTS] ?? '';
  if (parts.length !== PLAIN_PARTS + 1 || eighth === '') return null;
  const whole = unescapeText(eighth, version);
  return whole.includes('\n') || parts.indexOf(eighth) < PLAIN_PARTS ? whole : null;
}

/** ADR: as long as its parts and the version ask for. */
export function writeAddress(components: readonly Component[], version: VcardVersion): string {
  const isExtended = version === '4.0' && components.some(({ kind }) => EXTENDED.includes(kind));
  return writeParts(components, version, isExtended ? ADDRESS_PARTS : PLAIN_ADDRESS_PARTS);
}
/** The parts of an address ADR can hold in this version. */
export const holdsAddressPart = (kind: string, version: VcardVersion): boolean =>
  version === '4.0' || PLAIN_ADDRESS_PARTS.includes(kind);

/** Parts of a name in the order of N (RFC 9554 2.2). */
const NAME_KINDS = ['surname', 'given', 'given2', 'title', 'credential', 'surname2', 'generation'] as const;
const PLAIN_NAME_KINDS = NAME_KINDS.slice(0, 5);
const nameKinds = (version: VcardVersion): readonly string[] => (version === '4.0' ? NAME_KINDS : PLAIN_NAME_KINDS);

/** The parts of N (RFC 6350 6.2.2; with RFC 9554 of vCard 4.0). */
export const readName = (value: string, version: VcardVersion): readonly Component[] =>
  readParts(value, version, nameKinds(version));

/** N: as long as its parts and the version ask for. */
export function writeName(components: readonly Component[], version: VcardVersion): string {
  const isLong = version === '4.0' && components.some(({ kind }) => kind === 'surname2' || kind === 'generation');
  return writeParts(components, version, isLong ? NAME_KINDS : PLAIN_NAME_KINDS);
}
/** The parts of a name N can hold in this version. */
export const holdsNamePart = (kind: string, version: VcardVersion): boolean => nameKinds(version).includes(kind);
