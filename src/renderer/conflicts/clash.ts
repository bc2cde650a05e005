import type { ConflictDetailView } from '../../contract/contract.ts';

/** A place of the merge that both sides changed and nobody has decided yet. */
export interface Clash {
  /** What stands between its marks. */
  readonly left: string;
  readonly right: string;
  readonly leftName: string;
  readonly rightName: string;
  /** Where it is in the text, marks and all. */
  readonly from: number;
  readonly to: number;
}

const MARK = /^(?:<{7}|>{7}) .*$/gm;

/** The lines that mark what both sides changed. Those that were in a side already are part of it. */
function clashMarks({ conflict, merged, texts }: ConflictDetailView): ReadonlySet<string> {
  if (merged === null || merged.clashes === 0) return new Set();
  const sides = [...texts.map((side) => side.text), ...conflict.values.map(({ value }) => value)];
  const own = new Set(sides.flatMap((side) => (typeof side === 'string' ? (side.match(MARK) ?? []) : [])));
  return new Set((merged.text.match(MARK) ?? []).filter((mark) => !own.has(mark)));
}

/** Without a merge in which everything is one clash: it says no more than the two sides, and would be edited with its marks in it. */
export function withUsefulMerge(detail: ConflictDetailView): ConflictDetailView {
  const { merged } = detail;
  const clash = merged === null ? null : firstClash(detail, merged.text);
  const isAll = clash !== null && clash.from === 0 && clash.to === merged?.text.length;
  return isAll ? { ...detail, merged: null } : detail;
}

/** Places of the merge that nobody has decided yet: their marks stand in the text still, and would be saved with it. */
export function undecidedPlaces(detail: ConflictDetailView, text: string): number {
  const marks = clashMarks(detail);
  const left = (text.match(MARK) ?? []).filter((line) => marks.has(line));
  return Math.max(...['<', '>'].map((side) => left.filter((line) => line.startsWith(side)).length));
}

/** The first undecided place. null: there is none, or its marks were edited so that only the person knows what is meant. */
export function firstClash(detail: ConflictDetailView, text: string): Clash | null {
  const marks = clashMarks(detail);
  let start: { readonly from: number; readonly inside: number; readonly name: string } | null = null;
  let middle: { readonly from: number; readonly inside: number } | null = null;
  for (const match of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const line = match[0].replace(/\r?\n?$/, '');
    const end = match.index + match[0].length;
    if (marks.has(line) && line.startsWith('<')) {
      if (start !== null) return null;
      start = { from: match.index, inside: end, name: line.slice(8) };
    } else if (line === '=======' && start !== null) {
      if (middle !== null) return null;
      middle = { from: match.index, inside: end };
    } else if (marks.has(line) && line.startsWith('>')) {
      if (start === null || middle === null) return null;
      return {
        left: text.slice(start.inside, middle.from),
        right: text.slice(middle.inside, match.index),
        leftName: start.name,
        rightName: line.slice(8),
        from: start.from,
        to: end,
      };
    }
  }
  return null;
}

/** The text with that place decided. */
export function decideClash(text: string, clash: Clash, take: 'left' | 'right' | 'both'): string {
  const left = take === 'right' ? '' : clash.left;
  const right = take === 'left' ? '' : clash.right;
  const taken = left + right;
  // A last line without an end keeps having none: what follows its mark is nothing.
  const isLast = clash.to === text.length && !text.endsWith('\n');
  return text.slice(0, clash.from) + (isLast ? taken.replace(/\r?\n$/, '') : taken) + text.slice(clash.to);
}
