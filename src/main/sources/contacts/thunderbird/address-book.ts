/** A card as Thunderbird stores it. */
export interface StoredCard {
  readonly uid: string;
  /** Its properties by name. */
  readonly properties: ReadonlyMap<string, string>;
}

/** An address book of Thunderbird (`abook.sqlite`), open. Knows rows and nothing of what they mean. */
export interface AddressBook {
  /** `PRAGMA user_version`: from 4 on the property `_vCard` says all, before that each property a part. */
  readonly version: number;
  /** Every card, by uid. */
  cards(): readonly StoredCard[];
  card(uid: string): StoredCard | null;
  /** Gives a card these properties in place of all it has, if `isAsExpected` says so of what it has; false: it did not. null: the card goes, also from lists. */
  replace(
    uid: string,
    properties: ReadonlyMap<string, string> | null,
    isAsExpected: (now: StoredCard | null) => boolean,
  ): boolean;
  close(): void;
}

/** Opens an address book: to read, or to write as well. Throws what SQLite says. */
export type OpenAddressBook = (path: string, how: 'read' | 'write') => AddressBook;

/** What of a card is there for Thunderbird's own use: it changes by itself, and is no data. */
export const CHURN: ReadonlySet<string> = new Set([
  'PopularityIndex',
  'LastModifiedDate',
  'RecordKey',
  'DbRowID',
  '_etag',
  '_href',
]);
