import { fieldWords } from '../../contract/field-words.ts';
import { problemAdvice } from '../../contract/problem-advice.ts';
import { inReadingOrder } from '../../contract/reading-order.ts';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { sentence } from '../components/sentence.ts';
import { fieldValueText } from '../components/value-text.ts';
import { When } from '../components/when.tsx';

/** One record: its state, and for each field who set it, when, and by which rule it is what it is. */
export function ExplainDialog(props: {
  collection: string;
  record: string;
  title?: string;
  /** What to do about its problem, where that is known better than by its code. */
  advice?: string;
  onClose: () => void;
}) {
  const explain = useRequest('records:explain', [props.collection, props.record]);
  const name = useDeviceNames();
  const view = explain.value;
  return (
    <DialogFrame
      title={view?.problem == null ? 'Where this comes from' : 'Why it is not in step'}
      width="wide"
      onClose={props.onClose}
    >
      {props.title === undefined ? (
        <p className="path strong">{props.record}</p>
      ) : (
        <p className="strong">{props.title}</p>
      )}
      <ErrorNotice error={explain.error} />
      {view === null && explain.error === null && <Loading what="the reasons" />}
      {view !== null && <p className="lead">{sentence(view.state)}</p>}
      {view?.problem != null && (
        <Note tone="warn">
          <p>{sentence(view.problem.detail)}</p>
          <p>{props.advice ?? problemAdvice(view.problem.code)}</p>
        </Note>
      )}
      {view !== null && view.fields.length > 0 && (
        <table className="facts">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
              <th scope="col">Set by</th>
              <th scope="col">Rule</th>
            </tr>
          </thead>
          <tbody>
            {inReadingOrder(view.fields.filter(({ path }) => !path.startsWith('@'))).map((field) => (
              <tr key={`${field.path} ${field.device} ${field.at}`}>
                <th scope="row">{fieldWords(field.path, field.value)}</th>
                <td className={props.title === undefined ? 'path' : 'wrapped'} data-label="Value">
                  {fieldValueText(field.path, field.value)}
                </td>
                <td className="set-by" data-label="Set by">
                  {name(field.device)}, <When at={field.at} />
                </td>
                <td data-label="Rule">{field.rule}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </DialogFrame>
  );
}
