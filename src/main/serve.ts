import { resolve } from 'node:path';
import type { Log } from './control/wire-error.ts';
import { type Instance, startInstance } from './instance.ts';
import type { ListenOn } from './platform/bind-port.ts';
import { databaseFaultText } from './platform/database-trouble.ts';
import { onStopSignals } from './platform/stop-signals.ts';

export interface ServeOptions {
  readonly dataDirectory: string;
  readonly listen: ListenOn | null;
  readonly ui: ListenOn | null;
  readonly discovery: boolean;
  readonly relay: string | null;
  /** Called once all doors are open. */
  readonly onReady: (instance: Instance) => void;
  readonly log: Log;
  /** Another script in the engine's place (tests). */
  readonly engineScript?: URL;
}

/**
 * Runs an instance without a window until a signal ends it (`onStopSignals`), then stops it. Resolves with the exit
 * status: 0 after a clean stop, 1 after a fault or where the engine had to be cut off.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { onReady, log, ...rest } = options;
  let end = (_status: number) => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  // Before the start: a signal that comes while it starts must not leave it half done.
  const signals = onStopSignals(() => end(0));
  try {
    const instance = await startInstance({
      ...rest,
      log,
      rendererRoot: resolve(
        import.meta.dirname,
        import.meta.filename.endsWith('.ts') ? '../../out/renderer' : '../renderer',
      ),
      desktop: null,
      // Only Electron can ask for it.
      keychain: null,
      onFault: (fault) => {
        log(
          databaseFaultText(rest.dataDirectory, fault) ??
            `The synchronizer stopped unexpectedly, so Lockstep ends. Nothing written is lost; start it again.\n${fault.stack ?? fault.message}`,
        );
        end(1);
      },
    });
    if (!signals.told) onReady(instance);
    const status = await ended;
    const clean = await instance.stop();
    if (!clean && status === 0)
      log('The synchronizer did not stop in time and was cut off; it recovers at the next start.');
    return clean ? status : 1;
  } finally {
    signals.release();
  }
}
