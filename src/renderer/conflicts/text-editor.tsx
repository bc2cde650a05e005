import type { ConflictDetailView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { Field } from '../components/field.tsx';
import { Note } from '../components/note.tsx';

/** The text that would be saved: what the merge came to, and how much of it a person has to look at. */
export function TextEditor(props: {
  merged: ConflictDetailView['merged'];
  /** Of the places that changed on both sides. */
  undecided: number;
  text: string;
  onChange: (text: string) => void;
}) {
  const { merged, undecided, text, onChange } = props;
  return (
    <>
      <h3>{merged === null ? 'Or write it yourself' : 'Merged text'}</h3>
      {merged === null && (
        <p className="muted">
          They could not be merged by themselves. It begins as the version a device that had neither shows.
        </p>
      )}
      {merged?.clashes === 0 && <p className="muted">All changes of both sides fit together. Edit it if you like.</p>}
      {merged !== null && merged.clashes > 0 && undecided > 0 && (
        <Note tone="warn">
          <p>
            {counted(merged.clashes, 'place')} changed on both sides. Look for the lines with
            &lt;&lt;&lt;&lt;&lt;&lt;&lt; and leave what shall stand, without the lines that mark it: then it can be
            saved.
          </p>
        </Note>
      )}
      {merged !== null && merged.clashes > 0 && undecided === 0 && (
        <p className="muted">Every place that changed on both sides is decided.</p>
      )}
      <Field label="Text to save" value={text} onChange={onChange} rows={text.includes('\n') ? 12 : 3} mono />
    </>
  );
}
