import type { ContentAsked } from '../peers/session/shared-collection.ts';

/** Asks linked peers of one collection, one after the other, for contents. null: none of them has it now. Same order. */
export type AskPeers = (
  asked: readonly ContentAsked[],
) => Promise<readonly ({ bytes: Uint8Array; splice: boolean } | null)[]>;
