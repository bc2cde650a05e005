import type { ShownRecordView, ValueView } from '../../contract/contract.ts';
import { entryName, fieldWords, isTold } from '../../contract/field-words.ts';
import { inReadingOrder } from '../../contract/reading-order.ts';
import { fieldValueText, valueText } from './value-text.ts';

/** One thing a contact or an event says under a label. */
export interface FactEntry {
  readonly path: string;
  readonly value: ValueView;
  /** What it says, in words; null: its value is shown as such. */
  readonly words: string | null;
}
/** What stands under one label: two phones for work, every member of a group. */
export interface Fact {
  readonly label: string;
  /** Words to be told apart at a glance, not sentences. */
  readonly isWords: boolean;
  readonly entries: readonly FactEntry[];
}
/** Of a field of which what is said is the key, such as a label: what it is called, and what it says; null: it is none such. */
export function saidByKey(path: string): { readonly label: string; readonly words: string } | null {
  const label = SAID_BY_KEY[path.split('/')[0] ?? path];
  return label === undefined ? null : { label, words: entryName(path) };
}
type Field = ShownRecordView['fields'][number];

/** Of these what is said is the key, under this label. */
const SAID_BY_KEY: { readonly [map: string]: string } = { keywords: 'Label', members: 'Member' };
/** What several of them are called. Of others a label has marks of its own: `Phone (work)`. */
const MANY: ReadonlySet<string> = new Set(['Label', 'Member', 'Attendee', 'Alert', 'Place']);
const ORGANIZER = 'organizerCalendarAddress';
const ORGANIZER_DETAILS = `iCalendarParams/${ORGANIZER}`;

/**
 * What a contact or an event says, in the order it is read in. What only programs read is left out; so is a name that is the heading above
 * (`called`), and what `isElsewhere` says is shown in another place.
 */
export function factsOf(
  fields: readonly Field[],
  called: string | null = null,
  isElsewhere: (field: Field) => boolean = () => false,
): readonly Fact[] {
  const told = fields.filter((field) => field.value !== null && isTold(field.path) && !isElsewhere(field));
  const organizer = organizerName(told);
  const repeats = told.some(({ path }) => path === 'recurrenceRule');
  const facts: { label: string; isWords: boolean; entries: FactEntry[] }[] = [];
  for (const field of inReadingOrder(told)) {
    const { path, value, title } = field;
    if (path === ORGANIZER_DETAILS && organizer !== null) continue;
    const map = path.split('/')[0] ?? path;
    const byKey = saidByKey(path);
    if ((map === 'name' || path === 'title') && fieldValueText(path, value) === called) continue;
    const words =
      byKey !== null
        ? (title ?? (map === 'members' ? strangerWords(byKey.words) : byKey.words))
        : path === ORGANIZER
          ? organizer
          : null;
    const label = byKey?.label ?? (path === 'when' && repeats ? 'First time' : fieldWords(path, value));
    const before = facts.at(-1);
    if (before?.label === label) before.entries.push({ path, value, words });
    else facts.push({ label, isWords: map === 'keywords', entries: [{ path, value, words }] });
  }
  return facts.map((fact) =>
    fact.entries.length === 1 ? fact : { ...fact, label: MANY.has(fact.label) ? `${fact.label}s` : fact.label },
  );
}

/** A member of a group who is nobody of this collection: all that is known of them is what the group calls them by. */
const strangerWords = (id: string): string => `Somebody who is not here (${id.replace(/^(?:urn:uuid|mailto):/i, '')})`;

/** Who calls a meeting, by name and address; null: that is not told, or more than a name is told of them. */
function organizerName(fields: readonly Field[]): string | null {
  const address = fields.find(({ path }) => path === ORGANIZER)?.value;
  if (typeof address !== 'string') return null;
  const mail = address.replace(/^mailto:/i, '');
  const details = fields.find(({ path }) => path === ORGANIZER_DETAILS)?.value;
  if (details === undefined) return mail;
  const [only, ...others] = Object.entries(details ?? {}).filter(([key]) => !key.startsWith('@'));
  return only?.[0] === 'cn' && others.length === 0 ? `${valueText(only[1])}, ${mail}` : null;
}

/** What a contact is known as beside the name: `Engineer, Example Works`; '' where it says nothing of that. */
export function roleOf(fields: readonly Field[]): string {
  const first = (map: string) =>
    inReadingOrder(fields).find(({ path, value }) => path.startsWith(map) && value !== null);
  return ['titles/', 'organizations/']
    .flatMap((map) => {
      const field = first(map);
      return field === undefined ? [] : [fieldValueText(field.path, field.value)];
    })
    .join(', ');
}
