import type { Value } from '../../../record/value.ts';
import { entry, type Plain, plain, plainText } from './cells.ts';
import type { ValueCodec } from './slots.ts';

/** What a cell of an address holds: components of these kinds, or the address as a whole; `street2` and `street3` are further lines of the street. */
export type AddressCell =
  | 'postOfficeBox'
  | 'apartment'
  | 'name'
  | 'street2'
  | 'street3'
  | 'locality'
  | 'region'
  | 'postcode'
  | 'country'
  | 'full';

/** The order of vCard's ADR. */
const ORDER = ['postOfficeBox', 'apartment', 'name', 'locality', 'region', 'postcode', 'country'] as const;
type AddressKind = (typeof ORDER)[number];
/** Where components go for which there is no cell of their own. */
const INSTEAD: { readonly [kind: string]: AddressKind } = {
  floor: 'apartment',
  room: 'apartment',
  building: 'apartment',
  district: 'locality',
  subdistrict: 'locality',
};
const NEVER = new Set(['separator']);

/** An address in cells. The whole of it, where there is a cell for that too, is only data if it says something else than the parts. */
export function addressCodec(cells: readonly AddressCell[]): ValueCodec {
  const linesIn = (has: (cell: AddressCell) => boolean): readonly AddressCell[] =>
    (['name', 'street2', 'street3'] as const).filter(has);
  const allLines = linesIn((cell) => cells.includes(cell));
  return {
    toTexts(value, there) {
      const has = (cell: AddressCell): boolean => there[cells.indexOf(cell)] === true;
      const lines = linesIn(has);
      const parts = partsOf(value, has);
      const full = plainText(value.full);
      if (parts.size === 0 && full !== null && !has('full')) parts.set('name', full);
      const street = linesFor(parts.get('name') ?? '', lines.length);
      const texts = cells.map((cell) => {
        if (cell === 'full') return full ?? composed(parts);
        const line = lines.indexOf(cell);
        return line >= 0 ? (street[line] ?? '') : (parts.get(cell as AddressKind) ?? '');
      });
      return texts.every((text) => text === '') ? null : texts;
    },
    fromTexts(texts) {
      const said = (cell: AddressCell): string => {
        const text = texts[cells.indexOf(cell)] ?? '';
        return text.trim() === '' ? '' : text;
      };
      const parts = new Map<AddressKind, string>();
      for (const kind of ORDER) {
        const text =
          kind === 'name'
            ? allLines
                .map(said)
                .filter((line) => line !== '')
                .join('\n')
            : said(kind);
        if (text !== '') parts.set(kind, text);
      }
      const full = said('full');
      const components = ORDER.flatMap((kind) => (parts.has(kind) ? [{ kind, value: parts.get(kind) as string }] : []));
      return entry({
        components: components.length === 0 ? undefined : components,
        full: full === '' || saysTheSame(full, parts) ? undefined : full,
      });
    },
  };
}

function partsOf(value: Plain, has: (cell: AddressCell) => boolean): Map<AddressKind, string> {
  const parts = new Map<AddressKind, string>();
  for (const each of Array.isArray(value.components) ? (value.components as readonly Value[]) : []) {
    const component = plain(each);
    const [kind, text] = [component?.kind, plainText(component?.value)];
    if (typeof kind !== 'string' || NEVER.has(kind) || text === null) continue;
    const meant = ORDER.find((known) => known === kind) ?? INSTEAD[kind] ?? 'name';
    const own = has(meant) ? meant : 'name';
    const before = parts.get(own);
    const between = own === 'name' ? (own === meant ? ' ' : '\n') : ', ';
    parts.set(own, before === undefined ? text : `${before}${between}${text}`);
  }
  if (!has('name')) parts.delete('name');
  return parts;
}

/** Lines of a street for so many cells: the last takes what is left. */
function linesFor(street: string, cells: number): readonly string[] {
  const lines = street.split('\n').filter((line) => line.trim() !== '');
  return lines.length <= cells ? lines : [...lines.slice(0, cells - 1), lines.slice(Math.max(0, cells - 1)).join('\n')];
}

/** The address as it stands on a letter. */
function composed(parts: ReadonlyMap<AddressKind, string>): string {
  const of = (...kinds: AddressKind[]): string[] => kinds.flatMap((kind) => parts.get(kind) ?? []);
  const place = [...of('locality'), of('region', 'postcode').join(' ')].filter((text) => text !== '').join(', ');
  return [...of('name', 'apartment', 'postOfficeBox'), place, ...of('country')]
    .filter((line) => line !== '')
    .join('\n');
}

function saysTheSame(full: string, parts: ReadonlyMap<AddressKind, string>): boolean {
  return parts.size > 0 && wordsOf(full) === wordsOf([...parts.values()].join(' '));
}

const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ');
