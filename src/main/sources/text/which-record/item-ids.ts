import { sha256 } from '../../../platform/hash.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import { type RecordId, recordId } from '../../../record/ids.ts';
import { sortedJson } from '../../../record/sorted-json.ts';
import type { Fields, Value } from '../../../record/value.ts';

/** The UID of an item that states none: the same on every device that meets the same item first. */
export function derivedUid(fields: Fields): string {
  const sorted = [...fields].sort(([a], [b]) => compareTexts(a, b));
  return `lockstep-${Buffer.from(sha256(canonical(sorted as unknown as Value)))
    .toString('base64url')
    .slice(0, 22)}`;
}

/** Ids nobody has, where what is taken stays so. */
export class FreeIds {
  readonly #isTaken: (id: RecordId) => boolean;
  /** How far numbers were tried: a text may state one UID thousands of times. */
  readonly #tried = new Map<RecordId, number>();

  constructor(isTaken: (id: RecordId) => boolean) {
    this.#isTaken = isTaken;
  }

  /** `id`, or with the first number behind it that nobody has. */
  of(id: RecordId): RecordId {
    for (let at = this.#tried.get(id) ?? 1; ; at++) {
      const tried = numbered(id, at);
      if (this.#isTaken(tried)) continue;
      this.#tried.set(id, at);
      return tried;
    }
  }
}

/** The id of the `at`-th item of one UID, from 1 on. */
export const numbered = (id: RecordId, at: number): RecordId => (at === 1 ? id : recordId(`${id}#${at}`));

const canonical = (value: Value): string => sortedJson(value, (bytes) => `b${Buffer.from(bytes).toString('base64')}`);

/** Of a record whose UID several items state. */
export const NUMBER = /#\d+$/;
