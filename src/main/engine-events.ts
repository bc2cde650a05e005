import type { EventName, Events, NoticeView } from '../contract/contract.ts';
import type { Clock } from './platform/clock.ts';
import { StatusNotices } from './status-notices.ts';

/** Changes of state are told at most this often, in milliseconds. */
const TELL_MS = 100;

/** What an engine tells: the contract's events to whoever shows them, and that something changed to whoever waits for it. */
export class EngineEvents {
  readonly #clock: Clock;
  readonly #listeners = new Set<(name: EventName, value: never) => void>();
  readonly #changedListeners = new Set<() => void>();
  readonly #statusNotices = new StatusNotices();
  readonly #noticed = new Set<string>();
  readonly #warnings: string[] = [];
  #view: (() => Events['status']) | null = null;
  #tellPlanned = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of every event from now on. */
  onEvent(listener: (name: EventName, value: never) => void): void {
    this.#listeners.add(listener);
  }
  /** Calls after anything a person or a waiting command may care about has changed. Returns what ends that. */
  onChanged(listener: () => void): () => void {
    this.#changedListeners.add(listener);
    return () => this.#changedListeners.delete(listener);
  }
  /** Whose status is told when something changed. */
  showWith(view: () => Events['status']): void {
    this.#view = view;
  }

  tell<E extends EventName>(name: E, value: Events[E]): void {
    for (const listener of this.#listeners) listener(name, value as never);
  }
  /** Told once for each subject since the start; true where it was told now. */
  notice(subject: string, notice: NoticeView): boolean {
    if (this.#noticed.has(subject)) return false;
    this.#noticed.add(subject);
    this.tell('notice', notice);
    return true;
  }
  /** What was told of the subject holds no more: once it does again, it is told again. */
  forget(subject: string): void {
    this.#noticed.delete(subject);
  }
  /** As `notice`, and whoever asks for the status is told of it until the end, once where several subjects say the same. */
  warn(subject: string, notice: NoticeView): boolean {
    const isFirst = this.notice(subject, notice);
    if (isFirst && !this.#warnings.includes(notice.text)) this.#warnings.push(notice.text);
    return isFirst;
  }
  get warnings(): readonly string[] {
    return this.#warnings;
  }
  /** Something is other than it was: the status is told soon, with what a person has to be told of it. */
  changed(): void {
    for (const listener of [...this.#changedListeners]) listener();
    if (this.#tellPlanned || this.#listeners.size === 0) return;
    this.#tellPlanned = true;
    this.#clock.after(TELL_MS, () => {
      this.#tellPlanned = false;
      if (this.#view === null) return;
      const status = this.#view();
      this.tell('status', status);
      for (const notice of this.#statusNotices.of(status)) this.tell('notice', notice);
    });
  }
}
