import type { LogId } from '../record/ids.ts';

type Numbers = ReadonlyMap<LogId, number>;

/** What a member applied in one go: of each log that moved, the packages from behind `after` up to `upTo`. */
export interface Stretch {
  readonly after: Numbers;
  readonly upTo: Numbers;
}

/** Of one member: how far it had applied each log when it last held all that stood then, and the stretches it came there in. */
export interface Whole {
  readonly at: Numbers;
  /** The oldest first. Those of one package are none: each content of it stood once it was applied. */
  readonly stretches: readonly Stretch[];
}

/** Of more than so many the two oldest count as one: then rather too little is promised. */
const MOST_STRETCHES = 32;

/** Nothing came and went unseen so far. */
export const wholeAt = (applied: Numbers): Whole => ({ at: new Map(applied), stretches: [] });

/** The member holds all that stands now, having applied this much. What it went through since it did last it need not have held in between. */
export function wholeAgain({ at, stretches }: Whole, applied: Numbers): Whole {
  const moved = [...applied].filter(([log, number]) => number > (at.get(log) ?? 0));
  const packages = moved.reduce((sum, [log, number]) => sum + number - (at.get(log) ?? 0), 0);
  const next = new Map([...at, ...moved]);
  if (packages <= 1) return { at: next, stretches };
  const stretch = { after: new Map(moved.map(([log]) => [log, at.get(log) ?? 0])), upTo: new Map(moved) };
  return { at: next, stretches: atMost([...stretches, stretch]) };
}

/** Is the package in the stretch? */
export const isIn = ({ after, upTo }: Stretch, { log, number }: { log: LogId; number: number }): boolean =>
  number > (after.get(log) ?? 0) && number <= (upTo.get(log) ?? 0);

function atMost(stretches: readonly Stretch[]): readonly Stretch[] {
  const [first, second, ...others] = stretches;
  if (stretches.length <= MOST_STRETCHES || first === undefined || second === undefined) return stretches;
  return [
    { after: new Map([...second.after, ...first.after]), upTo: new Map([...first.upTo, ...second.upTo]) },
    ...others,
  ];
}

/** As text, to be stored. */
export const wholeText = ({ at, stretches }: Whole): string =>
  JSON.stringify([[...at], stretches.map(({ after, upTo }) => [[...after], [...upTo]])]);

export function wholeOfText(text: string): Whole {
  const [at, stretches] = JSON.parse(text) as [Pairs, (readonly [Pairs, Pairs])[]];
  return {
    at: new Map(at),
    stretches: stretches.map(([after, upTo]) => ({ after: new Map(after), upTo: new Map(upTo) })),
  };
}
type Pairs = readonly (readonly [LogId, number])[];
