import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';

const PAGE_ROWS = 10;

/** What a key does to the row that has the focus; null: not ours. */
function rowAfter(key: string, at: number, last: number): number | null {
  if (key === 'ArrowDown') return Math.min(last, at + 1);
  if (key === 'ArrowUp') return Math.max(0, at - 1);
  if (key === 'PageDown') return Math.min(last, at + PAGE_ROWS);
  if (key === 'PageUp') return Math.max(0, at - PAGE_ROWS);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

/** What the element of a row that takes the focus is given. */
export interface RowFocus {
  readonly 'data-row': number;
  readonly tabIndex: number;
  readonly onFocus: () => void;
}

/**
 * Any number of rows, of which only those in view exist. One stop for Tab: with `row` what each of them offers takes the focus and arrows
 * go from one to the next; where rows are only `text` the list itself takes it, and is scrolled.
 */
export function VirtualRows(
  props: {
    label: string;
    className: string;
    count: number;
    /** What the rows are of: as long as it is the same, so are their keys and likely heights. */
    of: unknown;
    /** -1: nobody knows yet how many there are. */
    setSize?: number;
    /** The likely height; each row is measured once it is there. */
    estimate: (at: number) => number;
    keyOf: (at: number) => string;
    /** The last row that exists, whenever that is another. */
    onLast?: (at: number) => void;
  } & ({ row: (at: number, focus: RowFocus) => ReactNode } | { text: (at: number) => ReactNode }),
) {
  const { count, onLast } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const stop = Math.min(focused, count - 1);
  const moveTo = useRef<number | null>(null);
  // All rows are asked for these whenever one is measured, and anew where the functions are others: of thousands that is felt.
  // biome-ignore lint/correctness/useExhaustiveDependencies: both are made anew at each render, and say the same as long as `of` is
  const told = useMemo(() => {
    const [keys, heights]: [string[], number[]] = [[], []];
    return {
      getItemKey: (at: number): string => (keys[at] ??= props.keyOf(at)),
      estimateSize: (at: number): number => (heights[at] ??= props.estimate(at)),
    };
  }, [props.of]);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    ...told,
    overscan: 8,
    // The row with the focus stays, wherever the list is scrolled to: the focus would be lost with it, and a dialog could not give it back.
    rangeExtractor: (range) => [...new Set([stop, ...defaultRangeExtractor(range)])].sort((a, b) => a - b),
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: onLast is made anew at each render
  useEffect(() => {
    if (count > 0) onLast?.(lastShown);
  }, [lastShown, count]);
  // The row the focus goes to may not exist before it is scrolled to.
  useEffect(() => {
    if (moveTo.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${moveTo.current}"]`);
    if (row == null) return;
    moveTo.current = null;
    row.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = rowAfter(event.key, stop, count - 1);
    if (next === null) return;
    event.preventDefault();
    moveTo.current = next;
    setFocused(next);
    rows.scrollToIndex(next, { align: 'auto' });
  };
  // The browser would go to the end of what is guessed of the heights.
  const onScrollKey = (event: KeyboardEvent) => {
    if (event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    rows.scrollToIndex(event.key === 'Home' ? 0 : count - 1);
  };
  const total = rows.getTotalSize();
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are positioned by hand, and a list element may hold nothing but items
    <div
      className={`virtual-rows ${props.className}`}
      ref={scroller}
      role="list"
      aria-label={props.label}
      style={{ '--rows': `${total}px` } as CSSProperties}
      {...('row' in props ? { onKeyDown } : { tabIndex: 0, onKeyDown: onScrollKey })}
    >
      <div role="presentation" className="virtual-space" style={{ height: total }}>
        {items.map(({ key, index, start }) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div
            key={key}
            ref={rows.measureElement}
            data-index={index}
            role="listitem"
            aria-posinset={index + 1}
            aria-setsize={props.setSize ?? count}
            className="virtual-item"
            style={{ transform: `translateY(${start}px)` }}
          >
            {'row' in props
              ? props.row(index, {
                  'data-row': index,
                  tabIndex: index === stop ? 0 : -1,
                  onFocus: () => setFocused(index),
                })
              : props.text(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
