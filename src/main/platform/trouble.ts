/** A failure with a stable code, for people and scripts. Its text names the item and says what to do. */
export class LockstepError extends Error {
  /** Stable, kebab-case: part of the command line's contract. */
  readonly code: string;
  /** What it is about: a path, a collection, a device. */
  readonly subject: string;
  constructor(code: string, message: string, subject = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LockstepError';
    this.code = code;
    this.subject = subject;
  }
}

/** A failure for the log: what is known is said by its own words, of anything else it is told where it came from. */
export const faultText = (error: Error): string =>
  error instanceof LockstepError ? error.message : (error.stack ?? error.message);
