import { useEffect, useState } from 'react';

/** What has the focus now; for an item of a menu, which goes when it is chosen, the button that opened the menu. */
function focusedNow(): Element | null {
  const { activeElement } = document;
  const label = activeElement?.closest('[role=menu]')?.getAttribute('aria-labelledby')?.split(' ')[0];
  return label === undefined ? activeElement : document.getElementById(label);
}

/**
 * Gives the focus back to what had it when this component appeared, once it is gone. Where that is gone too (a settled conflict's row), to
 * the page's heading: the focus never falls out of the page. Does nothing where it went somewhere by itself.
 */
export function useReturnFocus(): void {
  const [opener] = useState(focusedNow);
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        const { activeElement } = document;
        if (activeElement !== null && activeElement !== document.body) return;
        const back =
          opener?.isConnected === true && opener !== document.body ? opener : document.querySelector('main h1');
        if (back instanceof HTMLElement) back.focus();
      });
    },
    [opener],
  );
}
