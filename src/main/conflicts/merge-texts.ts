import { diff3Merge } from 'node-diff3';
import { sharedLines } from './shared-lines.ts';

export interface MergedText {
  readonly text: string;
  /** Places where both sides changed the same lines: each stands between markers, both versions whole. */
  readonly clashes: number;
}
export interface TextSide {
  /** What the markers call it. */
  readonly name: string;
  readonly text: string;
}

/** Longer texts (bytes of UTF-8) are not merged here. */
export const LONGEST_TEXT = 1 << 20;
/** Comparing lines that none stands out of takes about rows × rows; beyond this it would hold up everything else. */
const MOST_STEPS = 20e6;
const MOST_LINES = 50_000;

/**
 * The text bytes hold; null where they are none: over 1 MiB, not UTF-8, or with a NUL, which no text has. A byte order mark stays part of it.
 */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > LONGEST_TEXT || bytes.includes(0)) return null;
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Merges two versions of a text by lines, given what both came from (diff3). Line endings stay as they are; where one side changed all of
 * them and the other did not, that counts as a change of its own. null where it would take too long. Pure; swapping the sides swaps
 * the halves of each clash and nothing else.
 */
export function mergeTexts(base: string, left: TextSide, right: TextSide): MergedText | null {
  const [was, mine, theirs] = [endingOf(base), endingOf(left.text), endingOf(right.text)];
  const uniform = ![was, mine, theirs].includes('mixed');
  const lines = (text: string): string[] => (uniform ? text.replaceAll('\r\n', '\n') : text).split('\n');
  const mark = !uniform && base.includes('\r\n') ? '\r' : '';
  const merged = mergeLines(
    lines(base),
    { lines: lines(left.text), name: left.name },
    { lines: lines(right.text), name: right.name },
    mark,
  );
  if (merged === null) return null;
  return { text: merged.lines.join(uniform ? joinWith(was, mine, theirs) : '\n'), clashes: merged.clashes };
}

type Ending = 'none' | 'lf' | 'crlf' | 'mixed';

function joinWith(was: Ending, mine: Ending, theirs: Ending): string {
  const said = [mine, theirs].filter((ending) => ending !== 'none');
  const changed = said.filter((ending) => ending !== was);
  const meant = changed.length > 0 ? changed : said.length > 0 ? said : [was];
  return meant.every((ending) => ending === 'crlf') ? '\r\n' : '\n';
}

function endingOf(text: string): Ending {
  const all = text.split('\n').length - 1;
  const crlf = text.split('\r\n').length - 1;
  return all === 0 ? 'none' : crlf === 0 ? 'lf' : crlf === all ? 'crlf' : 'mixed';
}

interface Side {
  readonly lines: readonly string[];
  readonly name: string;
}

/** `mark`: stands at the end of each line that is none of theirs. null: it would take too long. */
function mergeLines(
  base: readonly string[],
  { lines: left, name: leftName }: Side,
  { lines: right, name: rightName }: Side,
  mark: string,
) {
  const shared = [...sharedLines(base, left, right), { base: base.length, left: left.length, right: right.length }];
  const lines: string[] = [];
  let clashes = 0;
  let budget = MOST_STEPS;
  let [o, a, b] = [0, 0, 0];
  for (const next of shared) {
    const parts = [left.slice(a, next.left), base.slice(o, next.base), right.slice(b, next.right)] as const;
    budget -= steps(parts[1], parts[0]) + steps(parts[1], parts[2]);
    if (budget < 0 || parts.some((part) => part.length > MOST_LINES)) return null;
    for (const region of diff3Merge(...parts)) {
      const { ok, conflict } = region;
      if (conflict !== undefined) clashes++;
      const said =
        conflict === undefined
          ? (ok ?? [])
          : [
              `<<<<<<< ${leftName}${mark}`,
              ...conflict.a,
              `=======${mark}`,
              ...conflict.b,
              `>>>>>>> ${rightName}${mark}`,
            ];
      for (const line of said) lines.push(line);
    }
    const line = base[next.base];
    if (line !== undefined) lines.push(line);
    [o, a, b] = [next.base + 1, next.left + 1, next.right + 1];
  }
  return { lines, clashes };
}

/** About how often the comparison looks at a line: once for each pair of equal lines, and through its candidates for each line. */
function steps(o: readonly string[], a: readonly string[]): number {
  if (o.length === 0 || a.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  let pairs = 0;
  for (const line of o) pairs += counts.get(line) ?? 0;
  return pairs * 2 + (o.length * Math.min(o.length, a.length)) / 2;
}
