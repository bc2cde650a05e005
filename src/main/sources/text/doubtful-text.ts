import { equalBytes } from '../../platform/equal-bytes.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import { recordIdOfUid } from '../../record/record-uid.ts';
import type { ItemProblem } from '../source-adapter.ts';
import type { ListedDocument } from './document-place.ts';
import type { Known, KnownItem, KnownItems } from './known-revisions.ts';
import { digestOf, type Loaded, lineOf, placeIn } from './loaded-text.ts';
import type { Damaged, NativeItem, TextFormat } from './text-format.ts';

/*
 * What a text does not tell for sure: what is damaged, what may be yet to come, what may be but the beginning of an item. None of it counts as
 * deleted or changed.
 */

/** What is known as texts are judged. */
export interface TextsLook {
  /** What the snapshot knows. */
  readonly known: Known;
  /** Records whose items were found, or may be in what could not be read. */
  readonly claimed: ReadonlySet<RecordId>;
  /** As `DocumentPlace.many`. */
  readonly many: boolean;
}

/** A piece of a text that cannot be read. */
interface Unread {
  readonly start: number;
  readonly id: RecordId;
  readonly detail: string;
}

/** What in a text cannot be read, by its place. What does not say whose it is, is called by its document where there are `many`: a person looks for that. */
function unreadIn(document: Loaded, { claimed, many }: TextsLook): readonly Unread[] {
  const { bytes, text, ids } = document;
  const taken = new Set<string>();
  const nameless = (what: string, start: number): RecordId => {
    const name = taken.has(what) ? `line ${lineOf(bytes, start)}` : what;
    taken.add(what);
    return recordId(many ? `${document.name}, ${name}` : name);
  };
  const unread: Unread[] = text.damaged.map(({ name, isNameless, start, detail }) => {
    const named = isNameless === true ? nameless(name, start) : recordIdOfUid(name);
    return { start, id: claimed.has(named) ? recordId(`${named} (line ${lineOf(bytes, start)})`) : named, detail };
  });
  for (let at = ids.indexOf(null); at >= 0; at = ids.indexOf(null, at + 1)) {
    const start = text.items[at]?.spans[0]?.start ?? 0;
    unread.push({ start, id: nameless(`line ${lineOf(bytes, start)}`, start), detail: 'it cannot be understood' });
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
  look: TextsLook,
  astray: ReadonlySet<RecordId>,
  named: Set<RecordId>,
): readonly ItemProblem[] {
  const { known, claimed, many } = look;
  const unread = unreadIn(document, look);
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
  look: TextsLook,
  isNamed: (id: RecordId) => boolean,
): ReadonlySet<RecordId> {
  const { known, claimed } = look;
  const astray = new Set<RecordId>();
  const unclear = [...loaded].filter(isUnclear);
  if (unclear.length === 0) return astray;
  const isNew = unclear.some(
    (document) => !known.in.has(document.name) && unreadIn(document, look).some(({ id }) => !isNamed(id)),
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
  if (!document.fresh && isCutOff(format, document, own, missing.length > 0)) {
    const start = document.text.items.at(-1)?.spans[0]?.start ?? 0;
    return { code: 'malformed', detail: endsWithin(lineOf(document.bytes, start)) };
  }
  const isJudged = document.isJudged && missing.every(({ id }) => known.isNamed(id));
  const isWhole = document.isOurs || (missing.length === 0 && !mayGoOn(format, document, own));
  if (end === null && (isJudged || isWhole)) return null;
  const detail = document.fresh
    ? 'it seems to be written just now'
    : 'a look has to tell first what became of the rest';
  return { code: 'changed-underneath', detail };
}

/** What the end of a text leaves open. */
export interface OpenEnd {
  /** It is written just now, and some of what the snapshot knows may be yet to come. */
  readonly unsettled: boolean;
  /** Items that are not taken in: one may be but the beginning of one, occurrences may have their series beside them soon. */
  readonly untold: readonly NativeItem[];
  /** Named, with what is missing. */
  readonly problems: readonly ItemProblem[];
}

const CLOSED: OpenEnd = { unsettled: false, untold: [], problems: [] };

/** What the end of a text leaves open: while it is written, and, where it is cut off, for as long as it stands so. */
export function openEnd(format: TextFormat, document: Loaded, { known, claimed, many }: TextsLook): OpenEnd {
  const own = known.in.get(document.name) ?? [];
  if (document.fresh) {
    const breaksOff = format.endOf !== undefined && own.length > 0 && document.bytes.at(-1) !== LINE_END;
    if (!breaksOff && own.every(({ id }) => claimed.has(id))) return CLOSED;
    const torn = tornItem(format, document, own);
    const untold = [...occurrencesAlone(format, document, { known, claimed }), ...(torn === null ? [] : [torn])];
    const problems = untold.flatMap((item): ItemProblem | readonly ItemProblem[] => {
      const id = document.ids[document.text.items.indexOf(item)] ?? null;
      return id === null ? [] : { id, code: 'changing', detail: 'it seems to be written just now' };
    });
    return { unsettled: true, untold, problems };
  }
  const missing = own.filter(({ id }) => !claimed.has(id));
  if (!isCutOff(format, document, own, missing.length > 0)) return CLOSED;
  const torn = tornItem(format, document, own);
  const start = torn?.spans[0]?.start ?? 0;
  const detail = `the text ends within what begins at ${placeIn(document, start, many)}, and some that was in it is missing: write the rest of it, or an end behind it, and it is clear what was deleted`;
  const last = document.ids[document.text.items.length - 1] ?? null;
  const line = `line ${lineOf(document.bytes, start)}`;
  const name = last !== null && known.ids.has(last) ? last : recordId(many ? `${document.name}, ${line}` : line);
  const problems = [name, ...missing.map(({ id }) => id)].map((id) => ({ id, code: 'malformed' as const, detail }));
  return { unsettled: false, untold: torn === null ? [] : [torn], problems };
}

/** Occurrences nobody knew of, whose series was in this text, and is yet to come in it or gone: by themselves they would be other items. */
function occurrencesAlone(
  { seriesIn }: TextFormat,
  { text, ids, name }: Loaded,
  { known, claimed }: Pick<TextsLook, 'known' | 'claimed'>,
): readonly NativeItem[] {
  if (seriesIn === undefined) return [];
  const missing = new Set((known.in.get(name) ?? []).flatMap(({ id }) => (claimed.has(id) ? [] : id)));
  return text.items.filter(({ uid }, at) => {
    const id = ids[at] ?? null;
    const series = uid === null || id === null || known.ids.has(id) ? null : seriesIn(uid);
    return series !== null && missing.has(recordIdOfUid(series));
  });
}

/**
 * Is a text whose items have no end of their own cut off within one, however long it has stood so? Some that the snapshot knows is `missing`, what it
 * ends with is another than that knows, and lacks a part of itself, or the end that the text had before. Who writes one, and rests for long within it,
 * deleted nothing of what is yet to come; where each is whole nobody could tell.
 */
function isCutOff(format: TextFormat, document: Loaded, own: readonly KnownItem[], missing: boolean): boolean {
  if (format.endOf === undefined || !missing) return false;
  const end = format.endOf(document.text);
  if (end === 'whole' || (end === 'bare' && own.some(({ endsBare }) => endsBare))) return false;
  return document.text.items.length === 0 || tornItem(format, document, own) !== null;
}

/** The last item of such a text, where it is another than the snapshot knows and may be but the beginning of it. `own`: what it knows of the text. */
function tornItem(format: TextFormat, { text, ids }: Loaded, own: readonly KnownItem[]): NativeItem | null {
  const at = text.items.length - 1;
  const item = text.items[at];
  if (format.endOf === undefined || item === undefined) return null;
  const before = own.find(({ id }) => id === ids[at]);
  return before !== undefined && equalBytes(before.digest, digestOf(text, item)) ? null : item;
}

/** Does it end within its last line, in an item that no look has found so? */
const mayGoOn = (format: TextFormat, document: Loaded, own: readonly KnownItem[]): boolean =>
  document.bytes.at(-1) !== LINE_END && tornItem(format, document, own) !== null;

const endsWithin = (line: number): string =>
  `the text ends within what begins at line ${line}: write the rest of it, or take that away, then it is written`;
const LINE_END = 10;
