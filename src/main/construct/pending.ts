import type { LogId } from '../record/ids.ts';

/** Something that is applied once every source here has constructed it, or named it as a problem. */
interface Ticket {
  readonly log: LogId;
  readonly number: number;
  open: number;
}

/**
 * Counts, package by package, what is still to be constructed, so that the acknowledgement can say how far everything is applied
 * (DESIGN 7): per log, the highest number below which nothing is open.
 */
export class Pending {
  readonly #tickets = new Map<LogId, Ticket[]>();

  /** A package with `open` items to construct; packages of a log come in the order of their numbers. */
  open(log: LogId, number: number, open: number): Ticket {
    const ticket = { log, number, open };
    const tickets = this.#tickets.get(log) ?? [];
    tickets.push(ticket);
    this.#tickets.set(log, tickets);
    return ticket;
  }

  close(ticket: Ticket): void {
    ticket.open--;
  }

  /** Per log, the number up to which all is applied now and was not when last asked. */
  applied(): readonly { readonly log: LogId; readonly number: number }[] {
    const moved: { log: LogId; number: number }[] = [];
    for (const [log, tickets] of this.#tickets) {
      let done = 0;
      while (done < tickets.length && (tickets[done] as Ticket).open <= 0) done++;
      if (done === 0) continue;
      moved.push({ log, number: (tickets[done - 1] as Ticket).number });
      tickets.splice(0, done);
      if (tickets.length === 0) this.#tickets.delete(log);
    }
    return moved;
  }

  /** Is anything of this log still to be constructed? */
  isOpen(log: LogId): boolean {
    return this.#tickets.has(log);
  }

  get isEmpty(): boolean {
    return this.#tickets.size === 0;
  }
}
export type { Ticket };
/** What nobody waits for closes none. */
export const NO_TICKETS: readonly Ticket[] = [];
