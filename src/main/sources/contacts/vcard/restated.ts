import { compareTexts } from '../../../record/compare-texts.ts';
import type { FieldName } from '../../../record/ids.ts';
import type { Fields, Plain, Value } from '../../../record/value.ts';
import type { ContentLine } from '../../text/content-lines.ts';
import { newParam, textsIn } from './line-params.ts';
import { OLDER_RULES } from './older-lines.ts';
import { hasOwnKey, keyedField, ruleNamed } from './property-table.ts';
import type { VcardVersion } from './vcard-text.ts';

/** Lines that say the same once more, each with those about it. */
export type Again = readonly (readonly ContentLine[])[];

interface Said {
  readonly names: string[];
  readonly again: (readonly ContentLine[])[];
}

/** What the lines of one card say that programs write by several names. */
export class Restated {
  readonly #before: Fields | null;
  readonly #said = new Map<string, Said[]>();

  /** `before`: what the card held when last read. Two entries that say the same remain two. */
  constructor(before: Fields | null) {
    this.#before = before;
  }

  /** Is an entry said already, by another name? Then its lines say it once more. */
  has(name: string, map: string, entry: Plain, lines: readonly ContentLine[], label: string | null): boolean {
    const said = saidBy(map, entry);
    const alike = this.#said.get(said) ?? NONE;
    const known = alike.find(({ names }) => !names.includes(name));
    if (known === undefined || this.#heldBefore(map, said) > alike.length || this.#wasSecond(map, lines[0], label))
      return false;
    known.names.push(name);
    known.again.push(lines);
    return true;
  }

  /** Another entry. Lines that say it once more are added to what is returned. */
  add(name: string, map: string, entry: Plain): Again {
    const said = saidBy(map, entry);
    const one: Said = { names: [name], again: [] };
    const alike = this.#said.get(said);
    if (alike === undefined) this.#said.set(said, [one]);
    else alike.push(one);
    return one.again;
  }

  /** Did this line travel as it is, before the entry came to say the same? */
  #wasSecond(map: string, line: ContentLine | undefined, label: string | null): boolean {
    const second = SECOND[map]?.toLowerCase();
    const known = second === undefined || line === undefined ? [] : [...(this.#before ?? [])];
    return known.some(([field, value]) => {
      if (!field.startsWith(`vCard/${second}/`)) return false;
      const { name, value: own, label: ownLabel = null } = value as Plain;
      return name === line?.name.toUpperCase() && own === line?.value && ownLabel === label;
    });
  }

  #heldBefore(map: string, said: string): number {
    let count = 0;
    if (!hasOwnKey(map))
      this.#before?.forEach((value, field) => {
        if (field.startsWith(`${map}/`) && saidBy(map, value as Plain | null) === said) count++;
      });
    return count;
  }
}
const NONE: readonly Said[] = [];

/** What tells an entry from others, without what its parameters say. */
export function saidBy(map: string, entry: Plain | null): string {
  const { kind, label, who, date, relation } = entry ?? {};
  const parts = [date, relation].map((part) => Object.entries(part ?? {}).sort(([a], [b]) => compareTexts(a, b)));
  return JSON.stringify([map, kind, label, who, parts]);
}

/** The property, by the map of its entries, as a second of which a line travels that has the key of another one. */
export const SECOND: { readonly [map: string]: string } = { relatedTo: 'RELATED' };

const OLDER: ReadonlySet<string> = new Set(OLDER_RULES.map(({ name }) => `vCard/${name.toLowerCase()}`));
const SECONDS: ReadonlySet<string> = new Set(Object.values(SECOND).map((name) => `vCard/${name.toLowerCase()}`));

/**
 * Is a property nobody knows still that once it is written beside the entries of these fields? Before older names of days and people were known,
 * lines of them were stored so: they were read as entries since.
 */
export function isStillUnknown(map: string, entry: Plain, full: Fields, version: VcardVersion): boolean {
  const isSecond = SECONDS.has(map);
  if (!isSecond && !OLDER.has(map)) return true;
  const rule = ruleNamed(text(entry.name).toUpperCase());
  const read = rule?.read(lineOf(entry), version) ?? null;
  if (rule === null || read === null || rule.labelled?.(read, text(entry.label) || null) === false) return true;
  const keyed = isSecond ? keyedField(rule, read) : null;
  return keyed !== null && full.has(keyed.field as FieldName);
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

function lineOf({ name, value, params }: Plain): ContentLine {
  const given = (params ?? {}) as { readonly [param: string]: Value };
  const written = Object.keys(given).map((param) => newParam(param, textsIn(given[param] as Value)));
  return { group: null, name: text(name), params: written, value: text(value), start: 0, end: 0 };
}
