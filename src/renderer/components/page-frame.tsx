import { type ReactNode, useEffect, useRef } from 'react';

/** Was another page shown before? */
let isMoved = false;

/** A page: its heading, what can be done on it, its content. The heading takes the focus, so that a page change is heard. */
export function PageFrame(props: { title: string; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Not at the first load: nobody moved yet, and the skip link comes first.
    if (isMoved) heading.current?.focus();
    isMoved = true;
  }, []);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {props.title}
          </h1>
        </div>
        {props.actions !== undefined && <div className="actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}
