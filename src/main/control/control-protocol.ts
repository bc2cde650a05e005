import type { Reply } from '../../contract/contract.ts';

/** One line from the command line to the instance, in the contract's codec. */
export interface ToControl {
  /** Chosen by the caller; the answer repeats it. */
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * One line back. A value that is bytes comes as pieces (base64), in order, before the reply, whose own value is then what is left of it
 * (nothing, usually): the whole is all of them one after another.
 */
export type FromControl =
  | { readonly id: number; readonly base64: string }
  | { readonly id: number; readonly reply: Reply<unknown> };
