import type { CollectionId, DeviceId, SourceId } from './record/ids.ts';
import type { RecordKind } from './record/field-rules.ts';
import type { SourceSettings } from './store/registry-store.ts';

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

/** null where the text is not of this form: then it is as if there were none. */
export function readPlaces(text: string): Places | null {
  try {
    const read = JSON.parse(text) as Partial<Places> & { version?: unknown };
    if (read.version !== 1 || !Array.isArray(read.collections) || !Array.isArray(read.addresses)) return null;
    return { collections: read.collections, addresses: read.addresses };
  } catch {
    return null;
  }
}
