import type { RecordKind } from '../record/field-rules.ts';
import type { CollectionId, DeviceId, SourceId } from '../record/ids.ts';
import type { SourceSettings } from '../store/registry-store.ts';

/** What cannot be had back from folders and peers when the database is lost: which folders belong to which collection, and where peers are. */
export interface Places {
  readonly collections: readonly {
    readonly id: CollectionId;
    readonly name: string;
    readonly kind: RecordKind;
    readonly sources: readonly {
      readonly id: SourceId;
      readonly location: string;
      readonly format: string;
      readonly settings: SourceSettings;
    }[];
  }[];
  readonly addresses: readonly { readonly device: DeviceId; readonly addresses: readonly string[] }[];
}

/** Keeps it beside the database. */
export interface PlacesFile {
  /** null: there is none, or it cannot be read. */
  load(): Places | null;
  save(places: Places): void;
}

/** The text of the file; readable, for people may want to look. */
export const writePlaces = (places: Places): string => `${JSON.stringify({ version: 1, ...places }, null, 1)}\n`;

const KINDS = new Set<unknown>(['files', 'contacts', 'calendar'] satisfies RecordKind[]);

/** null where the text is not of this form: then it is as if there were none. */
export function readPlaces(text: string): Places | null {
  try {
    const read = JSON.parse(text) as Partial<Places> & { version?: unknown };
    if (read.version !== 1 || !isListOf(read.collections, isCollection) || !isListOf(read.addresses, isAddresses))
      return null;
    return { collections: read.collections, addresses: read.addresses };
  } catch {
    return null;
  }
}

type Unread<T> = { readonly [Name in keyof T]?: unknown } | null;
const isText = (value: unknown): boolean => typeof value === 'string';
const isListOf = <T>(list: readonly T[] | undefined, isOne: (item: Unread<T>) => boolean): list is readonly T[] =>
  Array.isArray(list) && list.every((item) => isOne(item));
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isCollection = (read: Unread<Places['collections'][number]>): boolean =>
  isText(read?.id) &&
  isText(read?.name) &&
  KINDS.has(read?.kind) &&
  Array.isArray(read?.sources) &&
  read.sources.every(isSource);

function isSource(read: Unread<Places['collections'][number]['sources'][number]>): boolean {
  const settings = read?.settings as Unread<SourceSettings> | undefined;
  const isPlace = isText(read?.id) && isText(read?.location) && isText(read?.format);
  return isPlace && areTexts(settings?.only) && areTexts(settings?.ignore) && typeof settings?.readOnly === 'boolean';
}

const isAddresses = (read: Unread<Places['addresses'][number]>): boolean =>
  isText(read?.device) && areTexts(read?.addresses);
