import type { LogId, MemberKey } from '../record/ids.ts';
import type { LogStore } from './log-store.ts';

/** What a member may write in at most; nobody needs a tenth of it (PROTOCOL 2.9). */
export const LOGS_OF_A_MEMBER = 64;

/**
 * How many logs a member may have here. A member begins a log when its computer was restored or lost its database: whoever does nothing else is
 * no honest one, and a person is told.
 */
export class LogLimits {
  readonly #logs: LogStore;
  readonly #tell: (member: MemberKey, what: string) => void;

  constructor(logs: LogStore, tell: (member: MemberKey, what: string) => void) {
    this.#logs = logs;
    this.#tell = tell;
  }

  /** May this member begin one more log? */
  mayBegin(member: MemberKey): boolean {
    if (this.#logs.logs().filter((log) => log.member === member).length < LOGS_OF_A_MEMBER) return true;
    this.#tell(member, `It has begun ${LOGS_OF_A_MEMBER} logs`);
    return false;
  }

  /** May a package of this member refer to the log? What members refer to is what they hold: of so many logs something would have come by then. */
  mayReferTo(log: LogId, author: MemberKey): boolean {
    if (this.#logs.known(log) !== null) return true;
    if (this.#logs.referredBy(author) >= LOGS_OF_A_MEMBER) return false;
    this.#logs.noteReference(log, author);
    return true;
  }

  /** A package of this member was not taken, as it refers to too many. */
  tellReferred(member: MemberKey): void {
    this.#tell(member, `It refers to ${LOGS_OF_A_MEMBER} logs of which nothing has come`);
  }
}
