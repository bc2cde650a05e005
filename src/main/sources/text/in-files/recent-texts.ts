import type { FileStat } from '../../../platform/file-system.ts';
import { isFresh, revisionOf, sameRevision } from '../../files/revision.ts';
import type { Revision } from '../../source-adapter.ts';

/** What nobody wrote to for this long is written. */
const REST_MS = 2000;

/**
 * Which texts seem to be written just now. The times of a file tell (`isFresh`), but where the clock of a server is ahead of ours, or ours was
 * set back, they would for hours: so one that was seen unchanged for two seconds has rested, whatever they say.
 */
export class RecentTexts {
  readonly #seen = new Map<string, { readonly revision: Revision; readonly at: number }>();

  isFresh(name: string, stat: FileStat, now: number): boolean {
    if (!isFresh(stat, now)) {
      this.#seen.delete(name);
      return false;
    }
    const revision = revisionOf(stat);
    const seen = this.#seen.get(name);
    if (seen !== undefined && now >= seen.at && sameRevision(seen.revision, revision)) return now - seen.at < REST_MS;
    this.#seen.set(name, { revision, at: now });
    return true;
  }
}
