import type { Count, Meter } from '../rules/meter.ts';

const BOUNDS = [1, 2, 4, 8, 16, 32, 64];

/** What a relay counted since its start, in the text form Prometheus reads. Names no group, member or address. */
export class Metrics implements Meter {
  readonly #counts = new Map<Count, number>();
  /** Commits by how many writes shared them: up to each bound, and beyond. */
  readonly #commits = new Array<number>(BOUNDS.length + 1).fill(0);
  #commitWrites = 0;

  count(what: Count, by = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }

  committed(writes: number): void {
    const at = BOUNDS.findIndex((bound) => writes <= bound);
    this.#commits[at === -1 ? BOUNDS.length : at]! += 1;
    this.#commitWrites += writes;
  }

  /** `gauges`: what is true just now. */
  text(gauges: { readonly [name: string]: number }): string {
    const lines = [...this.#counts].sort().map(([name, value]) => metric(`${name}_total`, 'counter', value));
    for (const [name, value] of Object.entries(gauges)) lines.push(metric(name, 'gauge', value));
    lines.push(this.#histogram());
    return `${lines.join('\n')}\n`;
  }

  #histogram(): string {
    let sum = 0;
    const buckets = this.#commits.map((count, at) => {
      sum += count;
      return `lockstep_relay_commit_writes_bucket{le="${BOUNDS[at] ?? '+Inf'}"} ${sum}`;
    });
    return [
      '# TYPE lockstep_relay_commit_writes histogram',
      ...buckets,
      `lockstep_relay_commit_writes_sum ${this.#commitWrites}`,
      `lockstep_relay_commit_writes_count ${sum}`,
    ].join('\n');
  }
}

const metric = (name: string, type: string, value: number): string =>
  `# TYPE lockstep_relay_${name} ${type}\nlockstep_relay_${name} ${value}`;
