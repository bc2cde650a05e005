import { useEffect, useRef } from 'react';

/**
 * The heading of a group of settings. Once nothing is left to be saved it takes the focus, where a button had it that is off or gone by then:
 * who works by keyboard would begin at the top of the page again.
 */
export function GroupHeading({ title, isChanged }: { title: string; isChanged: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const wasChanged = useRef(isChanged);
  useEffect(() => {
    const isSettled = wasChanged.current && !isChanged;
    wasChanged.current = isChanged;
    if (!isSettled) return;
    const { activeElement } = document;
    const isOff = activeElement instanceof HTMLButtonElement && activeElement.disabled;
    if (isOff || activeElement === null || activeElement === document.body) heading.current?.focus();
  }, [isChanged]);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {title}
    </h2>
  );
}
