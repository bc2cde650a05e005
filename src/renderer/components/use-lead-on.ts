import { useEffect, useRef } from 'react';

/**
 * Once what a row of a list is about is settled, and gone from the list, the focus goes to the row in its place: Enter opens that. Nothing is opened by
 * itself, for a press that was meant for the one before could settle it. `isOpen`: a dialog is, over the list. `list`: a selector of it. Returns what is
 * to be told which row was settled, by its key.
 */
export function useLeadOn<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  isOpen: boolean,
  list: string,
): (key: string) => void {
  const from = useRef<{ readonly key: string; readonly at: number } | null>(null);
  useEffect(() => {
    const left = from.current;
    if (left === null || isOpen || rows.some((row) => keyOf(row) === left.key)) return;
    from.current = null;
    const at = Math.min(left.at, rows.length - 1);
    // After the dialog gave the focus back, to what is gone now; drawing again in between must not stop it.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`${list} [data-row="${at}"]`)?.focus());
    });
  });
  return (key) => {
    from.current = {
      key,
      at: Math.max(
        0,
        rows.findIndex((row) => keyOf(row) === key),
      ),
    };
  };
}
