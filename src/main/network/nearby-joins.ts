import type { JoinedView, NearbyComparedView } from '../../contract/contract.ts';
import { parseHostPort } from '../peers/links/host-port.ts';
import type { Compared } from '../peers/pairing/nearby-joiner.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { WaitingDevice } from './heard-waiting.ts';

/** Asks at these addresses; `compare` is asked once the digits are there. */
export type AskNearby = (
  addresses: readonly string[],
  compare: (compared: Compared) => Promise<boolean>,
  signal: AbortSignal,
) => Promise<JoinedView>;

interface Attempt {
  readonly abort: AbortController;
  readonly outcome: Promise<JoinedView>;
  code: string | null;
  isOver: boolean;
  /** A person said whether the digits are the same; null: the digits are not there, or it was said. */
  answer: ((same: boolean) => void) | null;
}

/** This device joins one nearby, without a link: one at a time, step by step as a person answers. */
export class NearbyJoins {
  readonly #host: { waiting(): readonly WaitingDevice[] };
  #attempt: Attempt | null = null;

  constructor(host: { waiting(): readonly WaitingDevice[] }) {
    this.#host = host;
  }

  /** Devices that say aloud that they wait for one. */
  waiting(): readonly WaitingDevice[] {
    return this.#host.waiting();
  }

  /**
   * Asks the device (`id` or name of `waiting`, or host:port); resolves with the digits to compare. Fails with `busy`, `not-nearby`, `ambiguous`, or whatever ends
   * `ask` before there are any.
   */
  begin(device: string, ask: AskNearby): Promise<NearbyComparedView> {
    const addresses = this.#addressesOf(device);
    if (this.#attempt?.isOver === false)
      throw new LockstepError('busy', 'This device is being paired with another one already: end that first.', device);
    const shown = Promise.withResolvers<NearbyComparedView>();
    const { promise: outcome, resolve, reject } = Promise.withResolvers<JoinedView>();
    const attempt: Attempt = { abort: new AbortController(), outcome, code: null, isOver: false, answer: null };
    this.#attempt = attempt;
    const compare = (compared: Compared): Promise<boolean> =>
      new Promise((said) => {
        attempt.code = compared.code;
        attempt.answer = said;
        shown.resolve(compared);
      });
    outcome.catch(shown.reject);
    ask(addresses, compare, attempt.abort.signal)
      .finally(() => {
        attempt.isOver = true;
      })
      .then(resolve, reject);
    return shown.promise;
  }

  /** A person compared. Fails with `no-such-pairing`. */
  answer(code: string, same: boolean): void {
    const { answer } = this.#of(code);
    if (answer === null) throw unknown(code);
    this.#of(code).answer = null;
    answer(same);
  }
  /** What it comes to. Fails as the pairing does, and with `no-such-pairing`. */
  outcome(code: string): Promise<JoinedView> {
    return this.#of(code).outcome;
  }
  /** It is not wanted any more. */
  giveUp(): void {
    this.#attempt?.abort.abort();
  }

  #of(code: string): Attempt {
    if (this.#attempt?.code !== code) throw unknown(code);
    return this.#attempt;
  }
  #addressesOf(device: string): readonly string[] {
    const [heard, another] = this.#host.waiting().filter(({ id, name }) => id === device || name === device);
    if (another !== undefined)
      throw new LockstepError('ambiguous', `Several devices that wait are called ${device}: give host:port.`, device);
    if (heard !== undefined) return heard.addresses;
    if (parseHostPort(device) !== null) return [device];
    throw new LockstepError(
      'not-nearby',
      'That device does not wait for one nearby any more: open “Invite a device” there again.',
      device,
    );
  }
}

const unknown = (code: string): LockstepError =>
  new LockstepError('no-such-pairing', `No pairing with the code ${code} waits for an answer here.`, code);
