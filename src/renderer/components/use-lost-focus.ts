import { useEffect } from 'react';

/**
 * Where what had the focus goes (an answered request, the row of a settled conflict) and nothing else takes it, the topmost dialog has it, or the
 * heading of the page: the next Tab goes on from there, and not from the top of the window. For the whole window, once.
 */
export function useLostFocus(): void {
  useEffect(() => {
    let last: Element | null = null;
    let frame = 0;
    const onFocusIn = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null;
    };
    // A click beside everything takes it from what stays: that is no loss.
    const onFocusOut = ({ target, relatedTarget }: FocusEvent) => {
      if (relatedTarget === null)
        queueMicrotask(() => {
          if (target === last && last?.isConnected === true) last = null;
        });
    };
    const isLost = () => last?.isConnected === false && (document.activeElement ?? document.body) === document.body;
    // A closed dialog gives it back within a frame, and a list leads on within two.
    const inFrames = (count: number) => {
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (!isLost()) return;
        if (count > 1) inFrames(count - 1);
        else [...document.querySelectorAll<HTMLElement>('.dialog, main h1')].at(-1)?.focus();
      });
    };
    const observer = new MutationObserver(() => {
      if (frame === 0 && isLost()) inFrames(4);
    });
    observer.observe(document.body, { subtree: true, childList: true });
    document.addEventListener('focusin', onFocusIn);
    document.addEventListener('focusout', onFocusOut);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      document.removeEventListener('focusin', onFocusIn);
      document.removeEventListener('focusout', onFocusOut);
    };
  }, []);
}
