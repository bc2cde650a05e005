import type { RecordId } from '../../record/ids.ts';
import { uidOfRecord } from '../../record/record-uid.ts';
import type { DocumentPlace } from './document-place.ts';
import type { Known } from './known-revisions.ts';
import type { TextFormat } from './text-format.ts';

/** Which documents the new items of one batch come into: each into one of its own, but occurrences of one series into one. */
export class NewDocuments {
  readonly #format: Pick<TextFormat, 'seriesIn'>;
  readonly #place: Pick<DocumentPlace, 'newName'>;
  readonly #known: () => Known;
  readonly #names = new Set<string>();
  /** Documents by the UID of a series; null: no occurrence was met yet. */
  #ofSeries: Map<string, string> | null = null;

  constructor(format: Pick<TextFormat, 'seriesIn'>, place: Pick<DocumentPlace, 'newName'>, known: () => Known) {
    this.#format = format;
    this.#place = place;
    this.#known = known;
  }

  /** The name of the document of a new item. */
  of(id: RecordId): string {
    const uid = uidOfRecord(id);
    const series = this.#format.seriesIn?.(uid) ?? null;
    const name = (series === null ? undefined : this.#series().get(series)) ?? this.#newName(uid);
    if (series !== null) this.#series().set(series, name);
    return name;
  }

  #newName(uid: string): string {
    const name = this.#place.newName(uid, (taken) => this.#names.has(taken) || this.#known().in.has(taken));
    this.#names.add(name);
    return name;
  }

  #series(): Map<string, string> {
    if (this.#ofSeries !== null) return this.#ofSeries;
    const found = new Map<string, string>();
    for (const [name, items] of this.#known().in)
      for (const { id } of items) {
        const series = this.#format.seriesIn?.(uidOfRecord(id)) ?? null;
        if (series !== null) found.set(series, name);
      }
    this.#ofSeries = found;
    return found;
  }
}
