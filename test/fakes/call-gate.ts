import { DiskError } from './disk-error.ts';
import { Crash, type FaultPlan } from './fault-plan.ts';

/** What a call does. `limit`: at most this many bytes are read or written. */
type Run<T> = (limit: number) => T;

interface Process {
  readonly dead: boolean;
  kill(): void;
}

/** What every call of one process passes: it is counted, spoilt where the plan says so, refused when the process is dead. */
export class CallGate {
  /** Calls so far, all together and by name. */
  calls = 0;
  readonly callsByName = new Map<string, number>();
  plan: FaultPlan | null;
  readonly #process: Process;

  constructor(process: Process, plan: FaultPlan | null) {
    this.#process = process;
    this.plan = plan;
  }

  pass<T>(name: string, path: string, run: Run<T>, more: { to?: string; halfWay?: () => void } = {}): T {
    if (this.#process.dead) throw new Crash(`${name} '${path}', after its end`);
    this.calls += 1;
    this.callsByName.set(name, (this.callsByName.get(name) ?? 0) + 1);
    const number = this.calls;
    const fault = this.plan?.({ number, name, path, to: more.to ?? null }) ?? null;
    // The plan may have acted on the disk, even have cut the power.
    if (this.#process.dead) throw new Crash(`call ${number}, ${name} '${path}'`);
    try {
      if (fault === null) return run(Number.POSITIVE_INFINITY);
      if ('fails' in fault) throw new DiskError(fault.fails);
      if ('short' in fault) return run(fault.short);
      const whole = () => run(Number.POSITIVE_INFINITY);
      if (fault.dies === 'after') this.#lastAct(whole);
      if (fault.dies === 'half-way') this.#lastAct(more.halfWay ?? whole);
    } catch (error) {
      throw error instanceof DiskError ? error.in(name, path) : error;
    }
    this.#process.kill();
    throw new Crash(`call ${number}, ${name} '${path}' (${fault.dies})`);
  }

  #lastAct(run: () => void): void {
    try {
      run();
    } catch (error) {
      // It would have failed, and the process does not live to see it.
      if (!(error instanceof DiskError)) throw error;
    }
  }
}
