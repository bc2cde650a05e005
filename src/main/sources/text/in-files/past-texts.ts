import type { Clock } from '../../../platform/clock.ts';
import type { DirectoryName, FileSystem } from '../../../platform/file-system.ts';
import type { UnreadDocument } from '../document-place.ts';
import { markOfFile, placeOf } from './replace-file.ts';

/** A program that has a text open as it is replaced may write to the old one for so long (DESIGN 4). */
const WATCHED_MS = 2000;

/** How a text that was replaced is called for as long: what it is beside, and what it was. */
const PAST = /^\.(.+)\.lockstep-past-([0-9a-f]{8})$/;
const KEPT = /^(.+)\.kept-[0-9a-f]{8}$/;

/**
 * Texts that were replaced or removed, each kept for two seconds under a second name. What somebody wrote to one by then stays beside the text, as
 * `NAME.kept-…`, and is told for as long as it is there. Those of another run are settled when they are met.
 */
export class PastTexts {
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  readonly #watched = new Map<string, () => void>();
  readonly #kept = new Set<string>();
  #onKept: () => void = () => undefined;
  #owes = false;

  constructor(fs: FileSystem, clock: Clock) {
    this.#fs = fs;
    this.#clock = clock;
  }

  /** The watch over where the texts are, which tells as well when a person has to look at something. */
  watching(watch: (onDirty: () => void) => Promise<() => Promise<void>>): typeof watch {
    return (onDirty) => {
      this.#onKept = onDirty;
      return watch(onDirty);
    };
  }

  /** Did the disk not let one be settled? It is where it was, and `meet` settles it. */
  get owes(): boolean {
    return this.#owes;
  }

  /** Is a file called so as one is that stays beside its text? */
  isKept(name: string): boolean {
    return name.includes('.kept-') && KEPT.test(name);
  }

  /** Keeps the text at `aside`, which was at `path` and as `was` says (`markOf`). */
  watch(aside: string, path: string, was: string): void {
    const { directory, name } = placeOf(path);
    const past = `${directory}/.${name}.lockstep-past-${was}`;
    this.#fs.rename(aside, past);
    this.#watched.get(past)?.();
    this.#watched.set(
      past,
      this.#clock.after(WATCHED_MS, () => this.#settle(past, path, was)),
    );
  }

  /** Of all texts of a directory, or of the one called `only`: settles what another run left, and notes what was kept. true: it changed something. */
  meet(directory: string, listed: readonly DirectoryName[], only: string | null): boolean {
    let any = false;
    this.#owes = false;
    for (const { name: found } of listed) {
      if (found === null) continue;
      const [, name, was] = (found.startsWith('.') ? PAST.exec(found) : null) ?? [];
      const kept = this.isKept(found) ? KEPT.exec(found)?.[1] : undefined;
      const base = name ?? kept;
      if (base === undefined || (only !== null && base.normalize() !== only.normalize())) continue;
      if (kept !== undefined) this.#kept.add(`${directory}/${found}`);
      else if (!this.#watched.has(`${directory}/${found}`)) {
        this.#settle(`${directory}/${found}`, `${directory}/${name}`, was as string);
        any = true;
      }
    }
    return any;
  }

  /** What lies beside its text and a person has to look at; `isOurs`: is a text of this name one of ours? */
  problems(isOurs: (name: string) => boolean = () => true): readonly UnreadDocument[] {
    const problems: UnreadDocument[] = [];
    for (const path of this.#kept) {
      const { name } = placeOf(path);
      const of = KEPT.exec(name)?.[1] ?? name;
      if (this.#fs.lstat(path) === null) this.#kept.delete(path);
      else if (isOurs(of))
        problems.push({
          name,
          code: 'kept-beside',
          detail: `another program wrote to ${of} just as it was replaced: what it wrote is in ${path}. Move what you need of it over, then delete that file.`,
        });
    }
    return problems;
  }

  /** Looks at all of them now. */
  close(): void {
    for (const [past, stop] of [...this.#watched]) {
      stop();
      const [, name, was] = PAST.exec(placeOf(past).name) ?? [];
      this.#settle(past, `${placeOf(past).directory}/${name}`, was as string);
    }
  }

  #settle(past: string, path: string, was: string): void {
    this.#watched.delete(past);
    try {
      const old = this.#fs.lstat(past);
      if (old?.type !== 'file') return;
      if (markOfFile(old) === was) this.#fs.unlink(past);
      else {
        const kept = `${path}.kept-${markOfFile(old)}`;
        this.#fs.rename(past, kept);
        this.#kept.add(kept);
        this.#onKept();
      }
    } catch (error) {
      // Its disk may be away: the next look that finds it settles it.
      if ((error as { code?: string }).code === undefined) throw error;
      this.#owes = true;
    }
  }
}
