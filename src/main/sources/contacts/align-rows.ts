import type { FieldName } from '../../record/ids.ts';
import type { Fields, Plain, Value } from '../../record/value.ts';
import { plain } from './cells/cells.ts';
import { NAME } from './cells/names.ts';

/** What a row can be told by. Most are told by the first of it, and the rest is not asked for. */
class Signs {
  readonly emails: string[] = [];
  readonly name: string;
  readonly #fields: Fields;
  #phones: readonly string[] | null = null;
  #all: readonly string[] | null = null;

  constructor(fields: Fields) {
    this.#fields = fields;
    fields.forEach((value, field) => {
      const own = field.startsWith('emails/') ? plain(value) : null;
      if (own !== null) this.emails.push(String(own.address).trim().toLowerCase());
    });
    this.name = nameOf(fields);
  }

  get phones(): readonly string[] {
    this.#phones ??= phonesIn(this.#fields);
    return this.#phones;
  }
  /** Everything it says, for those that share none of the others. */
  get all(): readonly string[] {
    this.#all ??= allIn(this.#fields);
    return this.#all;
  }
}

const NO_SIGNS: readonly string[] = [];

/** The first is the surest. */
const PASSES: readonly ((signs: Signs) => readonly string[])[] = [
  ({ emails, name }) => emails.map((email) => `${email}\0${name}`),
  ({ emails }) => emails,
  ({ phones, name }) => (name === '' ? NO_SIGNS : phones.map((phone) => `${phone}\0${name}`)),
  ({ name }) => (name === '' ? NO_SIGNS : [name]),
  ({ phones }) => phones,
];

/**
 * Which known contact each row is, where no row states a UID: by an e-mail, else by name and phone, else by name, else by whatever else most
 * of it is. Rows that share nothing are different people, wherever they stand. Of several that fit equally the first is taken.
 */
export function alignRows(items: readonly Fields[], known: readonly Fields[]): readonly (number | null)[] {
  const matches: (number | null)[] = items.map(() => null);
  if (items.length === 0 || known.length === 0) return matches;
  const rows = items.map((fields) => new Signs(fields));
  const others = known.map((fields) => new Signs(fields));
  const free = new Set(known.keys());
  let waiting = [...rows.keys()];
  for (const signsIn of PASSES) {
    const found = bySigns(free, (at) => signsIn(others[at] as Signs));
    if (found.size > 0)
      waiting = waiting.filter((at) => {
        for (const sign of signsIn(rows[at] as Signs)) {
          const match = taken(found.get(sign), free);
          if (match === null) continue;
          matches[at] = match;
          return false;
        }
        return true;
      });
    if (waiting.length === 0 || free.size === 0) return matches;
  }
  matchRest(rows, others, waiting, matches, free);
  // One that says nothing is as good as another: nobody new, as long as there was such a one.
  const silent = [...free].filter((at) => others[at]?.all.length === 0);
  for (const at of waiting)
    if (matches[at] === null && rows[at]?.all.length === 0) matches[at] = silent.shift() ?? null;
  return matches;
}

/** Who says each thing. */
function bySigns(free: ReadonlySet<number>, signsOf: (at: number) => Iterable<string>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const at of free)
    for (const sign of signsOf(at)) {
      const own = found.get(sign);
      if (own === undefined) found.set(sign, [at]);
      else own.push(at);
    }
  return found;
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
  waiting: readonly number[],
  matches: (number | null)[],
  free: Set<number>,
): void {
  const saying = bySigns(free, (at) => new Set(others[at]?.all));
  for (const at of waiting) {
    const row = rows[at] as Signs;
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
    if (best === null) continue;
    free.delete(best);
    matches[at] = best;
  }
}

function phonesIn(fields: Fields): readonly string[] {
  const phones: string[] = [];
  fields.forEach((value, field) => {
    const own = field.startsWith('phones/') ? plain(value) : null;
    const digits = own === null ? '' : String(own.number).replace(/\D/g, '').slice(-9);
    if (digits !== '') phones.push(digits);
  });
  return phones;
}

function allIn(fields: Fields): readonly string[] {
  const all: string[] = [];
  fields.forEach((value, field) => {
    const own = plain(value);
    if (own !== null) all.push(...saidBy(field, own));
  });
  return all;
}

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
