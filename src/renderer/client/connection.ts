import type { LockstepClient } from '../../contract/contract.ts';

/** How the page stands with the running instance. */
export type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** `again`: the page keeps trying by itself. */
  | { readonly is: 'lost'; readonly why: string; readonly again: boolean };

/** What helps a page whose address is good for nothing any more. */
export const OPEN_ANEW = 'Run “lockstep ui” on this computer and open the address it prints.';

/** A client that may lose its instance; the desktop's bridge never does, so it has no `onConnection`. */
export interface RendererClient extends LockstepClient {
  /** Calls at once with the present state, then at each change. */
  onConnection?(listener: (connection: Connection) => void): () => void;
}
