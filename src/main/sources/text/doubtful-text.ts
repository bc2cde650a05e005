import { equalBytes } from '../../platform/equal-bytes.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import type { ListedDocument } from './document-place.ts';
import { recordIdOfUid } from './item-ids.ts';
import type { Known, KnownItem, KnownItems } from './known-revisions.ts';
import { digestOf, type Loaded, lineOf, placeIn } from './loaded-text.ts';
import type { Damaged, NativeItem, TextFormat } from './text-format.ts';

/*
 * What a text does not tell for sure: what is damaged, what may be yet to come, what may be but the beginning of an item. None of it counts as
 * deleted or changed.
 */

/** A piece of a text that cannot be read. */
interface Unread {
  readonly start: number;
  readonly id: RecordId;
  readonly detail: string;
}

/** What in a text cannot be read, by its place. */
function unreadIn({ bytes, text, ids }: Loaded, claimed: ReadonlySet<RecordId>): readonly Unread[] {
  const unread: Unread[] = text.damaged.map(({ name, start, detail }) => {
    const named = recordIdOfUid(name);
    return { start, id: claimed.has(named) ? recordId(`${named} (line ${lineOf(bytes, start)})`) : named, detail };
  });
  for (let at = ids.indexOf(null); at >= 0; at = ids.indexOf(null, at + 1)) {
    const start = text.items[at]?.spans[0]?.start ?? 0;
    unread.push({ start, id: recordId(`line ${lineOf(bytes, start)}`), detail: 'it cannot be understood' });
  }
  return unread;
}

/** Does a text hold what cannot be read? */
const isUnclear = ({ text, ids }: Loaded): boolean => text.damaged.length > 0 || ids.includes(null);

/**
 * What cannot be read is named, and is never evidence for a deletion: as long as there is some in a document, nothing that is missing there counts as
 * gone, and nothing that went `astray`. It may be that piece, or have stood behind it. `named`: how what cannot be read in other documents is
 * called, and is called here: what is called the same there is told by its document.
 */
export function damagedIn(
  document: Loaded,
  many: boolean,
  known: Known,
  claimed: ReadonlySet<RecordId>,
  astray: ReadonlySet<RecordId>,
  named: Set<RecordId>,
): readonly ItemProblem[] {
  const unread = unreadIn(document, claimed);
  const problems: ItemProblem[] = unread.map(({ id, start, detail }) => {
    const own = many && named.has(id) ? recordId(`${id} (${document.name})`) : id;
    named.add(own);
    return { id: own, code: 'malformed', detail: `${placeIn(document, start, many)}: ${detail}` };
  });
  const told = new Set<RecordId>(unread.map(({ id }) => id));
  const isMissing = (id: RecordId): boolean => !claimed.has(id) && !told.has(id);
  // Of tens of thousands: each look comes here, and mostly nobody asks.
  const missing = (): readonly RecordId[] =>
    (known.in.get(document.name) ?? []).flatMap(({ id }) => (isMissing(id) ? id : []));
  const name = (ids: Iterable<RecordId>, detail: string): void => {
    for (const id of ids) problems.push({ id, code: 'malformed', detail });
  };
  // Best what could be any of them.
  const piece = unread.find(({ id }) => !known.ids.has(id)) ?? unread.at(-1);
  if (piece !== undefined) {
    const detail = `it may be what is damaged at ${placeIn(document, piece.start, many)}: mend that, and it is clear whether this was deleted`;
    name(new Set([...missing(), ...[...astray].filter(isMissing)]), detail);
  } else if (many && document.text.items.length === 0)
    // A file of its own is removed where its item is; one that says nothing is what a crash or another program left of it.
    name(missing(), `${document.name} is there and says nothing: put it back, or remove it`);
  return problems;
}

/**
 * What went with the text it was in, and may be what cannot be read elsewhere: others of that text turned up there, so that it has another name now
 * or was put together with another one; it could not be read when it was looked at last; or what cannot be read is met for the first time, in a text
 * that nobody knows. What went else, or never was alone, is gone.
 */
export function goneAstray(
  documents: readonly ListedDocument[],
  loaded: Iterable<Loaded>,
  known: Known,
  claimed: ReadonlySet<RecordId>,
  isNamed: (id: RecordId) => boolean,
): ReadonlySet<RecordId> {
  const astray = new Set<RecordId>();
  const unclear = [...loaded].filter(isUnclear);
  if (unclear.length === 0) return astray;
  const isNew = unclear.some(
    (document) => !known.in.has(document.name) && unreadIn(document, claimed).some(({ id }) => !isNamed(id)),
  );
  const there = new Set(documents.map(({ name }) => name));
  for (const [name, own] of known.in) {
    if (there.has(name)) continue;
    const missing = own.filter(({ id }) => !claimed.has(id));
    for (const { id, pieces } of missing) if (isNew || missing.length < pieces || isNamed(id)) astray.add(id);
  }
  return astray;
}

/** What a text ends within: it is cut off there, or not yet written to its end. null: within nothing. */
function openEndOf({ bytes, text }: Loaded): Damaged | null {
  const endsLine = bytes.at(-1) === LINE_END;
  return text.damaged.find(({ end, isOpen }) => isOpen === true || (!endsLine && end === bytes.length)) ?? null;
}

/**
 * Why nothing is written to a text yet, though it could be; null: it is. `own`: what the snapshot knows of it.
 *
 * What a text ends within is yet to be written by whoever began it, however long that takes: the rest would go to what we had replaced. And what is
 * missing in it has to be judged by a look that finds it so: with something of ours in it, what somebody is still writing, cut off or emptied by
 * accident would pass for deleted.
 */
export function whyNotYet(
  format: TextFormat,
  document: Loaded,
  own: readonly KnownItem[],
  known: Pick<KnownItems, 'isNamed'>,
): Pick<ItemProblem, 'code' | 'detail'> | null {
  const end = openEndOf(document);
  if (end !== null && !document.fresh)
    return { code: 'malformed', detail: endsWithin(lineOf(document.bytes, end.start)) };
  const there = new Set(document.ids);
  const missing = own.filter(({ id }) => !there.has(id));
  const isJudged = document.isJudged && missing.every(({ id }) => known.isNamed(id));
  const isWhole = document.isOurs || (missing.length === 0 && !mayGoOn(format, document, own));
  if (end === null && (isJudged || isWhole)) return null;
  const detail = document.fresh
    ? 'it seems to be written just now'
    : 'a look has to tell first what became of the rest';
  return { code: 'changed-underneath', detail };
}

/** Is a text written just now, and may some of what the snapshot knows be yet to come? */
export function isUnsettled(
  format: TextFormat,
  { name, fresh, bytes }: Loaded,
  known: Known,
  claimed: ReadonlySet<RecordId>,
): boolean {
  if (!fresh) return false;
  const own = known.in.get(name) ?? [];
  const breaksOff = format.breaksOffUnseen === true && own.length > 0 && bytes.at(-1) !== LINE_END;
  return breaksOff || own.some(({ id }) => !claimed.has(id));
}

/** The last item of such a text, where it is another than the snapshot knows and may be but the beginning of it. `own`: what it knows of the text. */
export function tornItem(format: TextFormat, { text, ids }: Loaded, own: readonly KnownItem[]): NativeItem | null {
  const at = text.items.length - 1;
  const item = text.items[at];
  if (format.breaksOffUnseen === undefined || item === undefined) return null;
  const before = own.find(({ id }) => id === ids[at]);
  return before !== undefined && equalBytes(before.digest, digestOf(text, item)) ? null : item;
}

/** Does it end within its last line, in an item that no look has found so? */
const mayGoOn = (format: TextFormat, document: Loaded, own: readonly KnownItem[]): boolean =>
  document.bytes.at(-1) !== LINE_END && tornItem(format, document, own) !== null;

const endsWithin = (line: number): string =>
  `the text ends within what begins at line ${line}: write the rest of it, or take that away, then it is written`;
const LINE_END = 10;
