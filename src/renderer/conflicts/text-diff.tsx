import { diffLines, diffWordsWithSpace } from 'diff';
import { useMemo } from 'react';
import { numberText } from '../../contract/number-text.ts';

interface Piece {
  readonly text: string;
  readonly changed: boolean;
}
export interface DiffLine {
  readonly is: 'same' | 'removed' | 'added';
  readonly pieces: readonly Piece[];
}
/** Equal lines between two changes, left out. */
export interface DiffGap {
  readonly is: 'gap';
  readonly lines: number;
}

const CONTEXT = 3;
const MOST_LINES = 3_000;

const splitLines = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
const plain = (is: DiffLine['is'], text: string): DiffLine => ({ is, pieces: [{ text, changed: false }] });

/** A pair of lines that replaced each other, with the words that differ marked. */
function linePair(before: string, after: string): readonly [DiffLine, DiffLine] {
  const words = diffWordsWithSpace(before, after);
  const pieces = (skip: 'added' | 'removed') =>
    words.filter((word) => !word[skip]).map((word) => ({ text: word.value, changed: word.added || word.removed }));
  return [
    { is: 'removed', pieces: pieces('added') },
    { is: 'added', pieces: pieces('removed') },
  ];
}

/** Line by line, words marked where as many lines replaced as many; long equal stretches become gaps unless all is `whole`. Pure. */
export function textDiff(before: string, after: string, whole = false): readonly (DiffLine | DiffGap)[] {
  const lines: DiffLine[] = [];
  const parts = diffLines(before, after);
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    const next = parts[at + 1];
    if (part === undefined) continue;
    const texts = splitLines(part.value);
    if (part.removed && next?.added === true) {
      const others = splitLines(next.value);
      at++;
      if (texts.length === others.length) {
        const pairs = texts.map((text, index) => linePair(text, others[index] ?? ''));
        lines.push(...pairs.map(([removed]) => removed), ...pairs.map(([, added]) => added));
      } else lines.push(...texts.map((text) => plain('removed', text)), ...others.map((text) => plain('added', text)));
    } else lines.push(...texts.map((text) => plain(part.removed ? 'removed' : part.added ? 'added' : 'same', text)));
  }
  return whole ? lines : foldSame(lines);
}

function foldSame(lines: readonly DiffLine[]): readonly (DiffLine | DiffGap)[] {
  const near = new Uint8Array(lines.length);
  for (const [at, line] of lines.entries()) {
    if (line.is !== 'same') near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  }
  // A gap of one line would take the room of that line.
  for (const at of lines.keys()) if (near[at] === 0 && near[at - 1] !== 0 && near[at + 1] !== 0) near[at] = 1;
  const folded: (DiffLine | DiffGap)[] = [];
  let skipped = 0;
  for (const [at, line] of lines.entries()) {
    if (near[at] === 0) {
      skipped++;
      continue;
    }
    if (skipped > 0) folded.push({ is: 'gap', lines: skipped });
    skipped = 0;
    folded.push(line);
  }
  if (skipped > 0) folded.push({ is: 'gap', lines: skipped });
  return folded;
}

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;
const HEARD = { same: '', removed: 'Removed: ', added: 'Added: ' } as const;

/** Two texts against each other; `whole`: the text that came of it, with what was changed in it. Signs and words say what colour says. */
export function TextDiff(props: { before: string; after: string; label: string; whole?: boolean }) {
  const { before, after, label, whole = false } = props;
  const all = useMemo(() => textDiff(before, after, whole), [before, after, whole]);
  if (before === after && !whole) return <p className="muted">No difference.</p>;
  const shown = all.slice(0, MOST_LINES);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrollable by keyboard
    <section className="diff" aria-label={label} tabIndex={0}>
      {shown.map((line, at) =>
        line.is === 'gap' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place, and never move
          <div key={at} className="diff-gap">
            {line.lines === 1 ? '1 equal line' : `${numberText(line.lines)} equal lines`}
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={at} className={`diff-line diff-${line.is}`}>
            <span className="diff-sign" aria-hidden>
              {SIGNS[line.is]}
            </span>
            <span className="diff-text">
              {HEARD[line.is] !== '' && <span className="sr-only">{HEARD[line.is]}</span>}
              {line.pieces.map((piece, index) =>
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                piece.changed ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
              )}
            </span>
          </div>
        ),
      )}
      {all.length > shown.length && (
        <div className="diff-gap">{all.length - shown.length} more lines are not shown</div>
      )}
    </section>
  );
}
