import { compareTexts } from '../../record/compare-texts.ts';

/** What a person does about a disk that will not come back, or that is to be held too. */
const ADD_ANEW = 'remove the folder of this collection here and add it again';
/** Why nothing is known of what was on a disk. */
export const DISK_IS_AWAY = `the disk that was mounted there is not: connect it, or, where it will not come back, ${ADD_ANEW}`;

/** What a directory's file system says about it, seen from the directory above. */
export interface MountSight {
  readonly id: string;
  readonly device: bigint;
  readonly parentDevice: bigint;
  /** Its file system when it was last listed in this session; null: not yet. */
  readonly earlier: bigint | null;
}

/**
 * Remembers where other disks are mounted below a root, so that a disk that went away, or one mounted over what was there, is
 * not taken for the deletion of its files (DESIGN 4). Device numbers do not survive a restart; the list of places does.
 */
export class MountMemory {
  readonly #places: Set<string>;
  /** Nothing is known from an earlier session, or a whole walk of this one is done: a new mount then hides nothing. */
  #trusting: boolean;
  #kept: string | null;

  /** `places`: what `takeChanged` gave last in an earlier session; null: there was none. */
  constructor(places: readonly string[] | null) {
    this.#places = new Set(places ?? []);
    this.#trusting = places === null;
    this.#kept = places === null ? null : JSON.stringify(this.#sorted());
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** Is a place of a disk at this directory or below? */
  touches(id: string): boolean {
    for (const place of this.#places) if (place === id || place.startsWith(`${id}/`)) return true;
    return false;
  }

  /** The places at this directory or above it, outermost first. */
  above(id: string): readonly string[] {
    return [...this.#places].filter((place) => id === place || id.startsWith(`${place}/`)).sort(compareTexts);
  }

  /** The names, directly in a directory, that lead to places. */
  namesIn(id: string): readonly string[] {
    const prefix = id === '' ? '' : `${id}/`;
    return [...this.#places]
      .filter((place) => place.startsWith(prefix))
      .map((place) => place.slice(prefix.length).split('/', 1)[0] as string);
  }

  /** Why what the directory shows now says nothing about what was in it, or null where it may be listed. */
  judge(sight: MountSight): string | null {
    if (sight.earlier !== null) return sight.earlier === sight.device ? null : 'another disk is there than before';
    const isMount = sight.device !== sight.parentDevice;
    if (this.#places.has(sight.id)) return isMount ? null : DISK_IS_AWAY;
    if (!isMount) return null;
    if (!this.#trusting) return `a disk was mounted there since: to have what is on it held too, ${ADD_ANEW}`;
    this.#places.add(sight.id);
    return null;
  }

  walkedWhole(): void {
    this.#trusting = true;
  }

  /** The places to be kept for the next session, if they are not what was kept last; null otherwise. */
  takeChanged(): readonly string[] | null {
    const places = this.#sorted();
    const text = JSON.stringify(places);
    if (text === this.#kept) return null;
    this.#kept = text;
    return places;
  }

  #sorted(): string[] {
    return [...this.#places].sort(compareTexts);
  }
}
