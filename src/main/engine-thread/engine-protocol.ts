import type { EventName, Reply, RequestName, WireError } from '../../contract/contract.ts';

/** What the main thread says to the engine's thread. */
export type ToEngine =
  | { readonly is: 'request'; readonly id: number; readonly name: RequestName; readonly args: readonly unknown[] }
  | { readonly is: 'stop' };

/** What the engine's thread says to the main thread; `ready` or `failed` first, `stopped` last. */
export type FromEngine =
  | { readonly is: 'ready'; readonly deviceId: string; readonly listenAddress: string }
  | { readonly is: 'failed'; readonly error: WireError }
  | { readonly is: 'reply'; readonly id: number; readonly reply: Reply<unknown> }
  | { readonly is: 'event'; readonly name: EventName; readonly value: unknown }
  | { readonly is: 'stopped' };
