import { equalBytes } from '../../platform/equal-bytes.ts';
import type { RecordId } from '../../record/ids.ts';
import { recordIdOfUid } from '../../record/record-uid.ts';
import type { ListedItem, Revision } from '../source-adapter.ts';
import type { ReadDocument } from './document-place.ts';
import { type ItemRevision, plainItemRevision, writeItemRevision } from './item-revision.ts';
import { PlainListedItem } from './listed-again.ts';
import { digestOf, digestTextOf, type Loaded } from './loaded-text.ts';
import type { ShownAs } from './members-here.ts';
import type { NativeItem, ReadBefore, SplitText, TextFormat } from './text-format.ts';
import { NUMBER } from './which-record/item-ids.ts';

/** Where an item is. */
export interface ItemPlace {
  readonly document: Loaded;
  readonly item: NativeItem;
  /** Which of the document's it is. */
  readonly at: number;
}

/**
 * Documents taken apart lately, and where each item is: of a place with but one document that one, else those of the last listing that were to
 * be read.
 */
export class TextsAtHand {
  readonly #format: Pick<TextFormat, 'split' | 'splitOn' | 'endOf'>;
  readonly #many: boolean;
  readonly #readBefore: (name: string) => ReadBefore;
  readonly #loaded = new Map<string, Loaded>();
  readonly #places = new Map<RecordId, ItemPlace>();
  #version = 0;
  /** As it was when it was asked for last. */
  #shown: { readonly known: ShownAs; readonly version: number; readonly all: ShownAs } | null = null;

  /** `many`: as `DocumentPlace` says. `readBefore`: how a document was read that is not at hand. */
  constructor(
    format: Pick<TextFormat, 'split' | 'splitOn' | 'endOf'>,
    many: boolean,
    readBefore: (name: string) => ReadBefore,
  ) {
    this.#format = format;
    this.#many = many;
    this.#readBefore = readBefore;
  }

  /** Another number whenever a document is at hand, or is none any more, or an item became another record. */
  get version(): number {
    return this.#version;
  }
  /** Items at hand. */
  get size(): number {
    return this.#places.size;
  }
  get ids(): Iterable<RecordId> {
    return this.#places.keys();
  }

  /** `known`, and the items at hand that show another record than their UID says. */
  shownAs(known: ShownAs): ShownAs {
    if (this.#shown?.known === known && this.#shown.version === this.#version) return this.#shown.all;
    const all = new Map(known);
    for (const [id, { item }] of this.#places) {
      const own = item.uid === null ? id : recordIdOfUid(item.uid);
      if (own !== id && own !== id.replace(NUMBER, '')) all.set(own, id);
    }
    this.#shown = { known, version: this.#version, all };
    return all;
  }

  get(name: string): Loaded | undefined {
    return this.#loaded.get(name);
  }
  /** Bytes of a document at hand, as its place is to compare them with what it says. */
  readonly bytesOf = (name: string): Uint8Array | undefined => this.#loaded.get(name)?.bytes;

  place(id: RecordId): ItemPlace | undefined {
    return this.#places.get(id);
  }

  /** Takes a document apart; one of the same bytes as when it was last at hand is taken apart already, and what was known of it then still is. */
  load(document: ReadDocument, former: Loaded | undefined = this.#loaded.get(document.name)): Loaded {
    const isSame = former !== undefined && equalBytes(former.bytes, document.bytes);
    const was =
      former === undefined || former.text.items.length === 0
        ? this.#readBefore(document.name)
        : { as: former.text.readAs };
    const text = isSame
      ? former.text
      : (this.#grown(document.bytes, former) ?? this.#format.split(document.bytes, was));
    const isOurs = isSame && former.isOurs;
    const ids = isOurs ? former.ids.slice() : text.items.map(() => null);
    return { ...document, bytes: text.bytes, text, ids, isOurs, isJudged: isSame && former.isJudged };
  }

  /** A text that goes on where the former one ended, as one that is filled does. null: it is another, or none that can be taken apart so. */
  #grown(bytes: Uint8Array, former: Loaded | undefined): SplitText | null {
    if (this.#format.splitOn === undefined || former === undefined) return null;
    const { length } = former.bytes;
    const goesOn = bytes.length > length && equalBytes(bytes.subarray(0, length), former.bytes);
    return goesOn ? this.#format.splitOn(former.text, bytes) : null;
  }

  remember(document: Loaded): void {
    this.#version++;
    this.#loaded.set(document.name, document);
    document.text.items.forEach((item, at) => {
      const id = document.ids[at];
      if (id !== null && id !== undefined) this.#places.set(id, { document, item, at });
    });
  }

  forget(name: string): void {
    this.#version++;
    for (const id of this.#loaded.get(name)?.ids ?? [])
      if (id !== null && this.#places.get(id)?.document.name === name) this.#places.delete(id);
    this.#loaded.delete(name);
  }

  clear(): void {
    this.#version++;
    this.#loaded.clear();
    this.#places.clear();
  }

  /** As `SourceAdapter.recognize`. */
  recognize(item: RecordId, record: RecordId): Revision | null {
    const place = this.#places.get(item);
    if (place === undefined) return null;
    this.#version++;
    place.document.ids[place.at] = record;
    place.document.isOurs = false;
    this.#places.delete(item);
    this.#places.set(record, place);
    return this.revisionOf(place.document, place.item, record);
  }

  /** Must it be read again, though it seems to be the same? Of many items in one text the first stands for all: their bytes tell. */
  isFresh(document: Loaded, item: NativeItem): boolean {
    return document.fresh && (this.#many || item === document.text.items[0]);
  }

  #isWhole(text: SplitText): boolean {
    return this.#format.endOf === undefined || this.#format.endOf(text) === 'whole';
  }

  /** An item as it is listed. `isNameless`: as `ListedItem` says. */
  listedAs(document: Loaded, item: NativeItem, id: RecordId, isNameless: boolean): ListedItem {
    const about = { fresh: this.isFresh(document, item), size: sizeOf(item), isNameless };
    const named = this.#named(document, item, id);
    if (named === null) return new PlainListedItem(id, digestTextOf(document.text, item), about);
    return { id, revision: this.#writeRevision(document, item, named), ...about };
  }

  /** Bytes that decide what an item says: it is the same as long as they are. */
  revisionOf(document: Loaded, item: NativeItem, id: RecordId): Revision {
    const named = this.#named(document, item, id);
    if (named === null) return plainItemRevision(digestTextOf(document.text, item));
    return this.#writeRevision(document, item, named);
  }

  /** What its revision is to say beside its digest; null: nothing. */
  #named(document: Loaded, item: NativeItem, id: RecordId): Pick<ItemRevision, 'uid' | 'readAs' | 'endsBare'> | null {
    const { readAs = '' } = document.text;
    const uid = item.uid === null ? '' : recordIdOfUid(item.uid);
    const isOwn = uid === id || uid === id.replace(NUMBER, '');
    const endsBare = item === document.text.items.at(-1) && !this.#isWhole(document.text);
    if (isOwn && document.name === '' && readAs === '' && !endsBare && !this.#many) return null;
    return { uid: isOwn ? '' : uid, readAs, endsBare };
  }

  #writeRevision(
    document: Loaded,
    item: NativeItem,
    named: Pick<ItemRevision, 'uid' | 'readAs' | 'endsBare'>,
  ): Revision {
    const digest = digestOf(document.text, item);
    const of = this.#many
      ? { document: document.revision, pieces: piecesOf(document.text) }
      : { document: NO_BYTES, pieces: 1 };
    return writeItemRevision({ ...named, ...of, digest, name: document.name });
  }
}

function sizeOf({ spans }: NativeItem): number {
  let size = 0;
  for (const { start, end } of spans) size += end - start;
  return size;
}

const piecesOf = ({ items, damaged }: SplitText): number => items.length + damaged.length;

const NO_BYTES = new Uint8Array(0);
