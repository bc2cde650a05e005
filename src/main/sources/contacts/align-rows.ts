import type { FieldName } from '../../record/ids.ts';
import type { Fields, Value } from '../../record/value.ts';
import { type Plain, plain } from './cells/cells.ts';
import { NAME } from './cells/names.ts';

/** What a row can be told by. */
interface Signs {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly name: string;
  /** Everything it says, for those that share neither. */
  readonly all: readonly string[];
}

/**
 * Which known contact each row is, where no row states a UID: by an e-mail, else by name and phone, else by name, else by whatever else most
 * of it is. Rows that share nothing are different people, wherever they stand. Of several that fit equally the first is taken.
 */
export function alignRows(items: readonly Fields[], known: readonly Fields[]): readonly (number | null)[] {
  const rows = items.map(signsOf);
  const others = known.map(signsOf);
  const matches: (number | null)[] = items.map(() => null);
  const free = new Set(known.keys());
  const passes: readonly ((signs: Signs) => readonly string[])[] = [
    ({ emails, name }) => emails.map((email) => `${email}\0${name}`),
    ({ emails }) => emails,
    ({ phones, name }) => (name === '' ? [] : phones.map((phone) => `${phone}\0${name}`)),
    ({ name }) => (name === '' ? [] : [name]),
    ({ phones }) => phones,
  ];
  for (const signsIn of passes) {
    const found = new Map<string, number[]>();
    for (const at of free)
      for (const sign of signsIn(others[at] as Signs)) {
        const own = found.get(sign);
        if (own === undefined) found.set(sign, [at]);
        else own.push(at);
      }
    if (found.size === 0) continue;
    rows.forEach((row, at) => {
      if (matches[at] !== null) return;
      for (const sign of signsIn(row)) {
        const match = taken(found.get(sign), free);
        if (match === null) continue;
        matches[at] = match;
        return;
      }
    });
  }
  matchRest(rows, others, matches, free);
  // One that says nothing is as good as another: nobody new, as long as there was such a one.
  const silent = [...free].filter((at) => others[at]?.all.length === 0);
  rows.forEach((row, at) => {
    if (matches[at] === null && row.all.length === 0) matches[at] = silent.shift() ?? null;
  });
  return matches;
}

/** The first that is still free, which is taken. Those before it are gone for good. */
function taken(candidates: number[] | undefined, free: Set<number>): number | null {
  while (candidates !== undefined && candidates.length > 0) {
    const match = candidates.shift() as number;
    if (free.delete(match)) return match;
  }
  return null;
}

/** A thing so many rows say tells nothing of one. */
const COMMON = 20;
const ENOUGH = 0.5;

/** Of what is left, those that share at least half of what the shorter of them says. */
function matchRest(
  rows: readonly Signs[],
  others: readonly Signs[],
  matches: (number | null)[],
  free: Set<number>,
): void {
  const saying = new Map<string, number[]>();
  for (const at of free)
    for (const sign of new Set(others[at]?.all)) {
      const own = saying.get(sign);
      if (own === undefined) saying.set(sign, [at]);
      else own.push(at);
    }
  rows.forEach((row, at) => {
    if (matches[at] !== null) return;
    const shared = new Map<number, number>();
    for (const sign of new Set(row.all)) {
      const own = saying.get(sign) ?? [];
      if (own.length <= COMMON)
        for (const other of own) if (free.has(other)) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    let best: number | null = null;
    for (const [other, count] of shared) {
      const least = Math.min(row.all.length, others[other]?.all.length ?? 0);
      if (count >= least * ENOUGH && (best === null || count > (shared.get(best) ?? 0))) best = other;
    }
    if (best === null) return;
    free.delete(best);
    matches[at] = best;
  });
}

function signsOf(fields: Fields): Signs {
  const emails: string[] = [];
  const phones: string[] = [];
  const all: string[] = [];
  for (const [field, value] of fields) {
    const own = plain(value);
    if (own === null) continue;
    if (field.startsWith('emails/')) emails.push(String(own.address).trim().toLowerCase());
    else if (field.startsWith('phones/')) phones.push(digitsOf(String(own.number)));
    all.push(...saidBy(field, own));
  }
  return { emails, phones: phones.filter((phone) => phone !== ''), name: nameOf(fields), all };
}

const digitsOf = (number: string): string => number.replace(/\D/g, '').slice(-9);

function nameOf(fields: Fields): string {
  const name = plain(fields.get(NAME));
  const parts = Array.isArray(name?.components) ? (name.components as readonly Value[]) : [];
  const words = parts.map((part) => String(plain(part)?.value ?? ''));
  const said = words.length > 0 ? words.join(' ') : String(name?.full ?? '');
  return said.trim().toLowerCase();
}

/** Texts of an entry, with the map they are in; the words of a name one by one. */
function saidBy(field: FieldName, value: Plain): readonly string[] {
  const map = field.split('/')[0] ?? '';
  const texts: string[] = [];
  const within = (each: Value): void => {
    if (typeof each === 'string') texts.push(each.trim().toLowerCase());
    else if (Array.isArray(each)) for (const one of each) within(one as Value);
    else for (const [key, one] of Object.entries(plain(each) ?? {})) if (key !== 'kind' && key !== 'full') within(one);
  };
  within(value);
  return texts.map((text) => `${map}\0${text}`);
}
