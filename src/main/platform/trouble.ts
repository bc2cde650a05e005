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
