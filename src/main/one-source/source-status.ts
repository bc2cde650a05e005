import type { SourceState } from '../../contract/contract.ts';
import type { Clock } from '../platform/clock.ts';

/** How far a source is with what it does; milliseconds since 1970. */
export interface Progress {
  readonly stage: 'listing' | 'reading' | 'writing';
  readonly items: number;
  readonly bytes: number;
  readonly since: number;
}

interface Question {
  readonly reason: string;
  readonly plan: string;
}

/** What a person is shown of a source. Looking and constructing are two loops, and each tells its part of it. */
export class SourceStatus {
  readonly #clock: Clock;
  readonly #question: () => Question | null;
  readonly #changed: () => void;
  #state: SourceState = 'scanning';
  #reason: string | null = null;
  #plan: string | null = null;
  #progress: Progress | null = null;
  /** It is being brought to what the records say, whatever looks end meanwhile. */
  #writes = false;
  /** A look has found it ready since the start: before, nobody knows what is missing in it. */
  #wasReady = false;
  #wasAway = false;

  /** `question`: what a person is asked while all else goes on; null: nothing. `changed`: it is to be shown anew. */
  constructor(clock: Clock, question: () => Question | null, changed: () => void) {
    this.#clock = clock;
    this.#question = question;
    this.#changed = changed;
  }

  get state(): SourceState {
    return this.#state;
  }
  /** Why it is not ready, for people; null where it is. */
  get reason(): string | null {
    return this.#reason;
  }
  /** The plan a person may let go on; null where nothing waits for one. */
  get plan(): string | null {
    return this.#plan;
  }
  get progress(): Progress | null {
    return this.#progress;
  }

  /** `ready` is `writing` while it is written to, else what is asked; any state but a look or a construction ends the count. */
  set(to: SourceState, reason: string | null = null, plan: string | null = null): void {
    this.#wasReady ||= to === 'ready';
    this.#wasAway ||= to === 'unavailable';
    const question = to === 'ready' && !this.#writes ? this.#question() : null;
    if (question !== null) this.#show('halted', question.reason, question.plan);
    else this.#show(to === 'ready' && this.#writes ? 'writing' : to, reason, plan);
  }

  /** A look found it there. Was it not, at some time since the last such look? */
  cameBack(): boolean {
    const was = this.#wasAway;
    this.#wasAway = false;
    return was;
  }

  #show(state: SourceState, reason: string | null, plan: string | null): void {
    const isDone = state !== 'scanning' && state !== 'writing' && this.#progress !== null;
    if (isDone) this.#progress = null;
    if (!isDone && this.#state === state && this.#reason === reason && this.#plan === plan) return;
    this.#state = state;
    this.#reason = reason;
    this.#plan = plan;
    this.#changed();
  }

  /** From now until `endWriting` it is written to. */
  beginWriting(): void {
    this.#writes = true;
    this.set('writing');
  }
  endWriting(): void {
    this.#writes = false;
    if (this.#state !== 'writing') return;
    if (this.#wasReady) this.set('ready');
    else this.#show('scanning', null, null);
  }

  /** So many items more, of so many bytes. Small looks while it is written to do not begin the count anew. */
  advance(stage: Progress['stage'], items: number, bytes: number): void {
    if (this.#writes && stage !== 'writing') return;
    const now = this.#clock.now();
    const before = this.#progress?.stage === stage ? this.#progress : { items: 0, bytes: 0, since: now };
    this.#progress = { stage, items: before.items + items, bytes: before.bytes + bytes, since: before.since };
    this.#changed();
  }
}
