import { useRef } from 'react';
import type { ConflictDetailView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { Field } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { decideClash, firstClash } from './clash.ts';
import { ClashChoice } from './clash-choice.tsx';

/** The text that would be saved: what the merge came to, and how much of it a person has to look at. */
export function TextEditor(props: {
  detail: ConflictDetailView;
  /** Of the places that changed on both sides. */
  undecided: number;
  text: string;
  onChange: (text: string) => void;
}) {
  const { detail, undecided, text, onChange } = props;
  const { merged } = detail;
  const heading = useRef<HTMLHeadingElement>(null);
  const clash = undecided === 0 ? null : firstClash(detail, text);
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>
        {merged === null ? 'Or write it yourself' : 'Merged text'}
      </h3>
      {merged === null && <p className="muted">They could not be merged. One of them stands below to begin with.</p>}
      {merged?.clashes === 0 && <p className="muted">All changes of both sides fit together. Edit it if you like.</p>}
      {merged !== null && merged.clashes > 0 && undecided > 0 && (
        <Note tone="warn">
          <p>
            {counted(merged.clashes, 'place')} changed on both sides.{' '}
            {clash === null
              ? 'Look for the lines that begin with <<<<<<< and leave what shall stand, without the lines that mark it: then it can be saved.'
              : 'Say what shall stand, or edit the text yourself.'}
          </p>
        </Note>
      )}
      {merged !== null && clash !== null && (
        <ClashChoice
          clash={clash}
          place={Math.max(1, merged.clashes - undecided + 1)}
          places={Math.max(merged.clashes, undecided)}
          onDecide={(take) => {
            onChange(decideClash(text, clash, take));
            // The last one goes with its buttons.
            if (undecided === 1) heading.current?.focus();
          }}
        />
      )}
      {merged !== null && merged.clashes > 0 && undecided === 0 && (
        <p className="muted">Every place that changed on both sides is decided.</p>
      )}
      <Field label="Text to save" value={text} onChange={onChange} rows={text.includes('\n') ? 12 : 3} mono />
    </>
  );
}
