import type { LeftCollection } from '../peers/membership/left-collection.ts';
import { NO_EPOCH } from '../peers/sealed/sealed-item.ts';
import type { RateLimit } from '../peers/session/rate-limit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { LockstepError } from '../platform/trouble.ts';
import { patientStorage } from '../store-and-forward/patient-storage.ts';
import { putUpOperations } from '../store-and-forward/put-up-operations.ts';
import type { Relays } from './relays.ts';

/** A relay that cannot be told is tried again so much later; by the session itself where it is not there. */
const AGAIN_MS = 60_000;

interface LeavingHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly up: RateLimit;
  readonly relays: Pick<Relays, 'listen' | 'readySession'>;
  readonly left: { values(): Iterable<LeftCollection> };
  log(line: string): void;
}

/**
 * A device left a collection that has a relay: it puts the membership log up there, with what it said as it left. Who meets the others nowhere else would
 * be waited for by them for ever.
 */
export class ToldAtRelay {
  readonly #host: LeavingHost;
  /** The function ends it. */
  readonly #open = new Map<LeftCollection, () => void>();

  constructor(host: LeavingHost) {
    this.#host = host;
  }

  /** Collections were left, or are not to be told of any more. After those that are here have let go of the relay. */
  refresh(): void {
    const wanted = new Set(this.#host.left.values());
    for (const [left, end] of this.#open) if (!wanted.has(left)) end();
    for (const left of wanted) if (left.relay !== '' && !this.#open.has(left)) this.#begin(left);
  }

  stop(): void {
    for (const end of this.#open.values()) end();
  }

  #begin(left: LeftCollection): void {
    const { clock, relays, log } = this.#host;
    let cancel = (): void => {};
    let isTelling = false;
    const tell = (): void => {
      if (isTelling || !this.#open.has(left)) return;
      isTelling = true;
      this.#tell(left).then(
        () => {
          isTelling = false;
          if (this.#open.has(left)) left.told();
        },
        (error: Error) => {
          isTelling = false;
          if (!(error instanceof LockstepError)) log(`relay: ${left.id} was left, and not told so: ${error.message}`);
          cancel();
          if (this.#open.has(left)) cancel = clock.after(AGAIN_MS, tell);
        },
      );
    };
    let deafen = (): void => {};
    this.#open.set(left, () => {
      cancel();
      deafen();
      this.#open.delete(left);
    });
    const nothing = (): void => {};
    deafen = relays.listen(left.id, { onReady: tell, onNew: nothing, onHeads: nothing, onPresence: nothing });
  }

  async #tell(left: LeftCollection): Promise<void> {
    const { clock, random, up, relays } = this.#host;
    const session = relays.readySession(left.id);
    const secret = left.membersSecret();
    // It is told once it is there again.
    if (session === null || secret === null)
      throw new LockstepError('relay-unreachable', 'The relay cannot be reached.', left.relay);
    const at = { session: patientStorage(session, clock), epoch: { id: NO_EPOCH, secret } };
    await putUpOperations({ random, clock, up }, at, left.id, left.namedOperations());
  }
}
