/** Says that hangups are to be ignored, as under nohup: Node undoes that at its start, so whoever starts it tells. */
const IGNORES_HANGUP = 'LOCKSTEP_IGNORES_HANGUP';

export interface StopSignals {
  /** Was there one yet? */
  readonly told: boolean;
  /** From now on they do what they do by themselves. */
  release(): void;
}

/**
 * Calls `stop` at every signal that ends a program: SIGTERM, SIGINT, and SIGHUP (its terminal is closed) unless it was started with that ignored. A
 * SIGINT that comes after another signal does not wait for the end.
 */
export function onStopSignals(stop: () => void): StopSignals {
  let told = 0;
  const signal = (name: NodeJS.Signals): void => {
    // Whoever stops it may say so to the process and again to its group (timeout(1)): only a person's Ctrl-C is impatient.
    if (++told > 1 && name === 'SIGINT') process.exit(130);
    stop();
  };
  const hangup = process.env[IGNORES_HANGUP] === '1' ? (): void => {} : signal;
  process.on('SIGTERM', signal).on('SIGINT', signal).on('SIGHUP', hangup);
  return {
    get told() {
      return told > 0;
    },
    release: () => void process.off('SIGTERM', signal).off('SIGINT', signal).off('SIGHUP', hangup),
  };
}
