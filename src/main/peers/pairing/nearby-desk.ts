import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { Random } from '../../platform/random.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import { type Descriptor, parseDescriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import { x25519PrivateKey, x25519PublicKey } from '../identity/x25519.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import { displayName } from '../protocol/display-name.ts';
import { toHex } from '../protocol/hex.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import type { InviteTerms } from './inviter-host.ts';
import { hostOf, NearbyAttempts } from './nearby-attempts.ts';
import { PAIRING_EXPORTER } from './pairing-transcript.ts';
import { type Agreed, agree, type SasSide } from './sas.ts';

/** This device waits for one nearby, or did so last. */
export interface NearbyWindow {
  /** 8 bytes in hex, drawn anew each time. */
  readonly id: string;
  readonly terms: InviteTerms;
  /** Milliseconds since 1970: no stranger is let in after it. */
  readonly until: number;
  /** `comparing`: both screens show six digits. */
  readonly state: 'waiting' | 'comparing' | 'joined' | 'over';
  /** Code of how the last attempt ended, or why the window did; null: there was none. */
  readonly why: string | null;
  /** From which address that came, without its port; null: from none. */
  readonly from: string | null;
}

/** A device that proved nothing yet but its key: two people have to compare. */
export interface Introduced {
  readonly stream: MessageStream<StrangerLink>;
  readonly joiner: Descriptor;
  readonly name: string;
  readonly agreed: Agreed;
  readonly terms: InviteTerms;
  /** It came to an end: `joined`, or a code of DENY or PAIR_ABORT. */
  ended(code: string): void;
}

export interface NearbyHost {
  readonly identity: DeviceIdentity;
  readonly clock: Clock;
  readonly random: Random;
  /** What this device calls itself. */
  name(): string;
  /** The window is another one, or in another state. */
  onNearby(): void;
  /** From here on it goes as with a link. */
  introduce(introduced: Introduced): void;
  /** What `introduce` began is not wanted any more. */
  giveUp(stream: MessageStream<StrangerLink>): void;
}

const WINDOW_MS = 120_000;
/** Until a stranger must have said who it is. */
const STEP_MS = 20_000;

interface Attempt {
  readonly stream: MessageStream<StrangerLink>;
  /** Ends the wait for PAIR_I. */
  readonly cleanUp: (() => void)[];
  isIntroduced: boolean;
}

/** Waits for one device without a link, two minutes at a time, while a person stands at it. */
export class NearbyDesk {
  readonly #host: NearbyHost;
  #window: NearbyWindow | null = null;
  #attempt: Attempt | null = null;
  readonly #attempts: NearbyAttempts;
  /** From where somebody came in this window who showed no digits; null: nobody did, or another one did since. */
  #disturbedFrom: string | null = null;
  #cancelExpiry = (): void => {};

  constructor(host: NearbyHost) {
    this.#host = host;
    this.#attempts = new NearbyAttempts(host.clock);
  }

  /** The window that is open, or was last; null: none since the start, or it was closed by hand. */
  get window(): NearbyWindow | null {
    return this.#window;
  }
  /** May strangers come, or is one here? */
  get isOpen(): boolean {
    return this.#window?.state === 'waiting' || this.#window?.state === 'comparing';
  }

  /** From now on for two minutes; what was open before is closed. */
  open(terms: InviteTerms): void {
    this.close();
    const { clock, random } = this.#host;
    const id = toHex(random.bytes(8));
    this.#attempts.begin();
    this.#disturbedFrom = null;
    this.#window = { id, terms, until: clock.now() + WINDOW_MS, state: 'waiting', why: null, from: null };
    this.#cancelExpiry = clock.after(WINDOW_MS, () => {
      // Who is here already may finish.
      if (this.#attempt === null) this.#over('time', null);
    });
    this.#host.onNearby();
  }

  /** Nobody is waited for any more, and who is here is turned away. */
  close(): void {
    if (this.#window === null) return;
    this.#cancelExpiry();
    const attempt = this.#attempt;
    this.#window = null;
    this.#attempt = null;
    if (attempt !== null) this.#turnAway(attempt, 'invite-withdrawn');
    this.#host.onNearby();
  }

  /** A stranger wants to pair without a link. The stream is this desk's from now on. */
  receive(stream: MessageStream<StrangerLink>, commit: MessageOf<'PAIR_COMMIT'>): void {
    const { clock } = this.#host;
    // Counted here and not when the digits are there: who stands in between knows them first, and could leave.
    const refusal = this.#refusal(clock.now()) ?? (this.#attempts.take(stream.link.address) ? null : 'wait');
    if (refusal !== null) {
      refuse(stream, refusal);
      return;
    }
    const attempt: Attempt = { stream, cleanUp: [], isIntroduced: false };
    this.#attempt = attempt;
    attempt.cleanUp.push(
      clock.after(STEP_MS, () => this.#failed(attempt, 'timeout')),
      stream.onFault(() => this.#failed(attempt, 'pairing-refused')),
      stream.onClose(() => this.#failed(attempt, 'gone')),
    );
    const { side, key } = this.#ownSide();
    stream.receive((message) => this.#onAnswer(attempt, message, { commit, side, key }));
    const { bytes } = this.#host.identity.descriptor;
    stream.send({ is: 'PAIR_R', descriptor: bytes, name: side.name, key: side.key, nonce: side.nonce });
  }

  #refusal(now: number): string | null {
    if (!this.isOpen || this.#window === null || now >= this.#window.until) return 'not-nearby';
    return this.#attempt === null ? null : 'busy';
  }

  #ownSide(): { side: SasSide; key: KeyObject } {
    const { identity, random, name } = this.#host;
    const key = x25519PrivateKey(random.bytes(32));
    const nonce = random.bytes(32);
    return { key, side: { device: identity.id, name: displayName(name()), key: x25519PublicKey(key), nonce } };
  }

  #onAnswer(
    attempt: Attempt,
    message: Message,
    own: { readonly commit: MessageOf<'PAIR_COMMIT'>; readonly side: SasSide; readonly key: KeyObject },
  ): void {
    const { stream } = attempt;
    if (message.is === 'PAIR_ABORT') {
      this.#failed(attempt, 'cancelled');
      return;
    }
    if (message.is !== 'PAIR_I') {
      stream.fault(`${message.is} is out of place`);
      return;
    }
    const joiner = parseDescriptor(message.descriptor);
    const { identity } = this.#host;
    const isItself = joiner !== null && equalBytes(joiner.tls, stream.link.spki) && joiner.id !== identity.id;
    const agreed = isItself
      ? agree(own.key, message.key, {
          commitment: own.commit.commit,
          joiner: { device: joiner.id, name: message.name, key: message.key, nonce: message.nonce },
          waiting: own.side,
          channel: stream.link.exporter(PAIRING_EXPORTER, 32),
        })
      : null;
    if (agreed === null || joiner === null || this.#window === null) {
      this.#failed(attempt, 'pairing-refused');
      return;
    }
    for (const undo of attempt.cleanUp.splice(0)) undo();
    attempt.isIntroduced = true;
    this.#disturbedFrom = null;
    this.#window = { ...this.#window, state: 'comparing', why: null, from: null };
    const name = displayName(message.name);
    const ended = (code: string): void => this.#ended(attempt, code);
    this.#host.introduce({ stream, joiner, name, agreed, terms: this.#window.terms, ended });
    this.#host.onNearby();
  }

  #failed(attempt: Attempt, code: string): void {
    this.#turnAway(attempt, code);
    this.#ended(attempt, code);
  }
  #turnAway(attempt: Attempt, code: string): void {
    for (const undo of attempt.cleanUp.splice(0)) undo();
    if (attempt.isIntroduced) this.#host.giveUp(attempt.stream);
    else refuse(attempt.stream, code);
  }

  #ended(attempt: Attempt, code: string): void {
    const { address } = attempt.stream.link;
    if (!attempt.isIntroduced) {
      this.#attempts.cameToNothing(address);
      this.#disturbedFrom ??= hostOf(address);
    }
    if (this.#attempt !== attempt || this.#window === null) return;
    this.#attempt = null;
    const from = hostOf(address);
    if (code === 'joined') this.#over(code, null, 'joined');
    else if (this.#attempts.isOver) this.#over(code, from);
    else if (this.#host.clock.now() >= this.#window.until) this.#over(code, from);
    else {
      this.#window = { ...this.#window, state: 'waiting', why: code, from };
      this.#host.onNearby();
    }
  }
  /** Where nobody came who showed digits, that somebody came who did not tells more than how it ended. */
  #over(why: string, from: string | null, state: 'joined' | 'over' = 'over'): void {
    if (this.#window === null) return;
    this.#cancelExpiry();
    const isDisturbed = state === 'over' && this.#disturbedFrom !== null;
    const told = isDisturbed ? { why: 'disturbed', from: this.#disturbedFrom } : { why, from };
    this.#window = { ...this.#window, state, ...told };
    this.#host.onNearby();
  }
}

function refuse(stream: MessageStream<StrangerLink>, code: string): void {
  stream.send({ is: 'DENY', code });
  stream.close(code);
}
