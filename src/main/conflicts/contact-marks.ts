import type { FieldName } from '../record/ids.ts';
import { type Fields, isPlain, type Plain, type Value } from '../record/value.ts';

/** What a contact can be known again by. Never empty words. */
export interface ContactMarks {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  /** null: it has none. */
  readonly name: string | null;
}

/** Fewer digits are an extension, or a short number many have. */
const FEWEST_DIGITS = 6;
/** Without what is written before it or not: a country, a trunk. */
const TOLD_DIGITS = 9;
const NAME = 'name' as FieldName;

/**
 * What people know a contact by, in a form in which spellings do not differ: e-mails in lower case, the last digits of numbers, the words of
 * the name.
 */
export function contactMarks(fields: Fields): ContactMarks {
  const emails = new Set<string>();
  const phones = new Set<string>();
  for (const [field, value] of fields) {
    const mark = entryMark(field, value);
    if (mark === null) continue;
    if (field.startsWith('emails/')) emails.add(mark);
    else phones.add(mark);
  }
  return { emails: [...emails], phones: [...phones], name: nameMark(fields.get(NAME)) };
}

/** What an e-mail or a phone comes down to; null: it is neither, or says too little. */
export function entryMark(field: FieldName, value: Value): string | null {
  const entry = plain(value);
  if (entry === null) return null;
  if (field.startsWith('emails/')) {
    const address = entry.address;
    return typeof address === 'string' && address.includes('@') ? address.trim().toLowerCase() : null;
  }
  if (!field.startsWith('phones/') || typeof entry.number !== 'string') return null;
  const digits = entry.number.replace(/\D/g, '');
  return digits.length < FEWEST_DIGITS ? null : digits.slice(-TOLD_DIGITS);
}

/** The words of a name, however they are written and ordered: `Lovelace, Ada` is `ada lovelace`. */
export function nameMark(value: Value | undefined): string | null {
  const name = plain(value ?? null);
  const parts = Array.isArray(name?.components) ? (name.components as readonly Value[]) : [];
  const own = parts.flatMap((part) => {
    const { kind = null, value: text = null } = plain(part) ?? {};
    return typeof text === 'string' && PERSONAL.has(String(kind)) ? text : [];
  });
  const said = own.length > 0 ? own.join(' ') : typeof name?.full === 'string' ? name.full : '';
  const words =
    said
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return words.length === 0 ? null : words.sort().join(' ');
}

/** Titles and degrees are written or left out. */
const PERSONAL: ReadonlySet<string> = new Set(['given', 'given2', 'surname', 'surname2']);

const plain = (value: Value): Plain | null => (isPlain(value) ? value : null);
