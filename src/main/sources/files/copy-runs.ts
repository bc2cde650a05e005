import type { StageRequest } from '../source-adapter.ts';

export type Copy = StageRequest['copies'][number];

/** Ranges that follow each other in one item (`from`) and in the file (`to`): copied as one. */
export interface Run {
  readonly from: number;
  readonly to: number;
  length: number;
  readonly copies: Copy[];
}

/** Joins ranges that follow each other, in the order of the file. */
export function runsOf(copies: readonly Copy[]): readonly Run[] {
  const runs: Run[] = [];
  for (const copy of [...copies].sort((a, b) => a.offset - b.offset)) {
    const last = runs.at(-1);
    const follows =
      last !== undefined &&
      last.copies[0]?.from.id === copy.from.id &&
      last.to + last.length === copy.offset &&
      last.from + last.length === copy.from.offset;
    if (follows) {
      last.length += copy.length;
      last.copies.push(copy);
    } else runs.push({ from: copy.from.offset, to: copy.offset, length: copy.length, copies: [copy] });
  }
  return runs;
}
