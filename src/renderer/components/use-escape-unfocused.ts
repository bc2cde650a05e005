import { useEffect, useRef } from 'react';

/** The dialogs that are open, the topmost last. */
const open: object[] = [];

/**
 * Escape where nothing has the focus: a button that was pressed and went grey, or went away, has given it to nobody, and a key then reaches no
 * dialog. Only the topmost of those open hears it.
 */
export function useEscapeUnfocused(onEscape: () => void): void {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  });
  useEffect(() => {
    const own = {};
    open.push(own);
    const onKeyDown = (event: KeyboardEvent) => {
      const isLost = event.target === document.body || event.target === document.documentElement;
      if (event.key !== 'Escape' || !isLost || event.defaultPrevented || open.at(-1) !== own) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      open.splice(open.indexOf(own), 1);
    };
  }, []);
}
