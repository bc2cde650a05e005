/// <reference types="vite/client" />
import type { LockstepClient } from '../contract/contract.ts';

declare global {
  interface Window {
    /** Only in the desktop app, from the preload. */
    readonly lockstep?: LockstepClient;
  }
}
