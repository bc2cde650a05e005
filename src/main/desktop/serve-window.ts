import { ipcMain } from 'electron';
import { REQUESTS, type Reply } from '../../contract/contract.ts';
import type { AppWindow } from './window.ts';

/**
 * The window's door to the contract. `answer` checks names and arguments like every door; here only the sender is checked: a page that is not
 * ours gets `not-allowed` whatever it asks.
 */
export function serveWindow(
  window: AppWindow,
  answer: (name: string, args: readonly unknown[]) => Promise<Reply<unknown>>,
): void {
  for (const name of REQUESTS) {
    ipcMain.handle(`request:${name}`, (event, ...args: unknown[]): Promise<Reply<unknown>> => {
      if (window.isSender(event.sender, event.senderFrame?.url ?? '')) return answer(name, args);
      return Promise.resolve({
        ok: false,
        error: { code: 'not-allowed', message: 'Only Lockstep’s own page may ask.', subject: name },
      });
    });
  }
}
