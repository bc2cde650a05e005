import { diff3Merge } from 'node-diff3';

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
/** Comparing takes about rows × rows; beyond this it would hold up everything else for a second. */
const MOST_STEPS = 200e6;
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
  const merged = mergeLines(lines(base), lines(left.text), lines(right.text), `${left.name}${mark}`, `${right.name}${mark}`, mark);
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

function mergeLines(base: readonly string[], left: readonly string[], right: readonly string[], leftName: string, rightName: string, mark: string) {
  const shortest = Math.min(base.length, left.length, right.length);
  let head = 0;
  while (head < shortest && base[head] === left[head] && base[head] === right[head]) head++;
  let tail = 0;
  const last = (lines: readonly string[]): string | undefined => lines[lines.length - 1 - tail];
  while (tail < shortest - head && last(base) === last(left) && last(base) === last(right)) tail++;
  // One line of what is equal stays on either side, so that a change next to it is still told from one that is not.
  head = Math.max(0, head - 1);
  tail = Math.max(0, tail - 1);
  const middle = (lines: readonly string[]): string[] => lines.slice(head, lines.length - tail);
  const [o, a, b] = [middle(base), middle(left), middle(right)];
  if (Math.max(o.length, a.length, b.length) > MOST_LINES || steps(o, a) + steps(o, b) > MOST_STEPS) return null;
  const lines: string[] = [...base.slice(0, head)];
  let clashes = 0;
  for (const region of diff3Merge(a, o, b)) {
    if (region.ok !== undefined) lines.push(...region.ok);
    if (region.conflict === undefined) continue;
    clashes++;
    lines.push(`<<<<<<< ${leftName}`, ...region.conflict.a, `=======${mark}`, ...region.conflict.b, `>>>>>>> ${rightName}`);
  }
  lines.push(...base.slice(base.length - tail));
  return { lines, clashes };
}

/** About how often the comparison looks at a line: once for each pair of equal lines, and through its candidates for each line. */
function steps(o: readonly string[], a: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  let pairs = 0;
  for (const line of o) pairs += counts.get(line) ?? 0;
  return pairs * 2 + (o.length * Math.min(o.length, a.length)) / 2;
}
