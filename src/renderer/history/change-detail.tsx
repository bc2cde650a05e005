import { ChevronDown, RotateCcw, Undo2 } from 'lucide-react';
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import type { HistoryChangeView, ValueView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { listed } from '../../contract/overall-state.ts';
import { ActionButton } from '../components/action-button.tsx';
import { FieldValue, type RecordOf } from '../components/field-value.tsx';
import { saidByKey } from '../components/record-facts.ts';
import { Said } from '../components/said.tsx';
import { fieldValueText } from '../components/value-text.ts';
import { actionText } from './act-summary.ts';

type FieldChange = HistoryChangeView['fields'][number];
type Kept = FieldChange['kept'];

/** Whether what was replaced can be given back, and by whom. */
function keptText(kept: Kept, nameOf: (device: string) => string): string {
  if (kept === 'here') return 'Kept here';
  if (kept === 'no') return 'Not kept';
  return `Kept on ${listed(kept.map(nameOf))}`;
}

/** What became of a contact or event as a whole, of which no single field is told; null: fields are. */
export function wholeText({ action, fields }: HistoryChangeView, nameOf: (device: string) => string): string | null {
  const [first, ...others] = fields;
  if (first?.path !== 'exists' || others.length > 0) return null;
  if (action === 'add') return 'It was not there before.';
  if (action === 'modify') return 'It was kept. Nothing of what it says was changed.';
  if (action !== 'delete') return null;
  if (first.kept === 'no') return 'It was deleted with all it said, which is not kept.';
  const where = first.kept === 'here' ? 'here' : `on ${listed(first.kept.map(nameOf))}`;
  return `It was deleted with all it said. That is kept ${where}: undoing this brings it back.`;
}

const NOTHING = '—';

/** What stood there before: where that was in conflict, each of the values. */
export function beforeTexts({ action }: HistoryChangeView, { path, before }: FieldChange): readonly string[] {
  const key = saidByKey(path);
  if (key !== null) return [before === true ? key.words : NOTHING];
  if (action === 'add' && before === null) return [NOTHING];
  const values = Array.isArray(before) && before.length > 1 ? (before as readonly ValueView[]) : [before];
  return [...new Set(values.map((value) => fieldValueText(path, value)))];
}

/** Two contents of one size must not look as if nothing had changed. */
export function afterText({ action }: HistoryChangeView, { path, before, after }: FieldChange): string {
  const key = saidByKey(path);
  if (key !== null) return after === true ? key.words : NOTHING;
  if (action === 'delete' && after === null) return NOTHING;
  const said = fieldValueText(path, after);
  return before !== null && said === fieldValueText(path, before)
    ? `${said}, ${path === 'entry' || path.startsWith('media/') ? 'other content' : 'written in another way'}`
    : said;
}

/** Each in a line of its own, where they are several. */
function Lines({ texts }: { texts: readonly string[] }) {
  return texts.length === 1 ? texts[0] : texts.map((text) => <div key={text}>{text}</div>);
}

/** Is it a picture a person can see? */
const isPicture = (path: string, value: ValueView): boolean =>
  path.startsWith('media/') && value !== null && typeof value === 'object' && 'data' in value && value.data !== null;

/** What a field said before and after, in words or as the picture it is. */
function BeforeAndAfter(props: { change: HistoryChangeView; field: FieldChange; of: RecordOf; isFile: boolean }) {
  const { change, field, of, isFile } = props;
  const { path, before, after } = field;
  const befores = beforeTexts(change, field);
  const className = isFile ? 'path' : 'wrapped';
  return (
    <>
      <td className={className} data-label="Before">
        {isPicture(path, before) ? <FieldValue of={of} field={path} value={before} /> : <Lines texts={befores} />}
      </td>
      <td className={className} data-label="After">
        {isPicture(path, after) ? (
          <FieldValue of={of} field={path} value={after} />
        ) : (
          <Said
            text={afterText(change, field)}
            before={befores.length === 1 && before !== null ? (befores[0] ?? '') : ''}
          />
        )}
      </td>
    </>
  );
}

/** One change of a package: what it did to each field, and the way back. */
export function ChangeDetail(props: {
  collection: string;
  change: HistoryChangeView;
  /** What its record is called. */
  name: string;
  /** It is of a file, which is called by its path. */
  isFile: boolean;
  open: boolean;
  busy: boolean;
  /** This device may only read: nothing can be taken back here. */
  isReader: boolean;
  nameOf: (device: string) => string;
  onUndo: () => void;
  onRestore: () => void;
}) {
  const { change } = props;
  const whole = wholeText(change, props.nameOf);
  const folder = change.record.endsWith(`/${change.title}`) ? change.record.slice(0, -change.title.length - 1) : '';
  return (
    <Disclosure className="change" defaultExpanded={props.open}>
      <Heading level={3} className="change-head">
        <Button slot="trigger" className="change-trigger">
          <ChevronDown aria-hidden size={16} className="chevron" />
          <span className={`tag action-${change.action}`}>{actionText(change.action)}</span>
          <span className={props.isFile ? 'path' : undefined} dir="auto">
            {props.name}
          </span>
          {folder !== '' && <span className="path muted clip">{folder}</span>}
        </Button>
      </Heading>
      <DisclosurePanel className="change-panel">
        {whole !== null && <p>{whole}</p>}
        {whole === null && change.fields.length > 0 && (
          <table className="facts">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col">What was before</th>
              </tr>
            </thead>
            <tbody>
              {change.fields.map((field) => (
                <tr key={field.path}>
                  <th scope="row">
                    {saidByKey(field.path)?.label ?? fieldWords(field.path, field.after ?? field.before)}
                  </th>
                  <BeforeAndAfter
                    change={change}
                    field={field}
                    of={{ collection: props.collection, record: change.record }}
                    isFile={props.isFile}
                  />
                  <td data-label="What was before">
                    {field.before === null ? NOTHING : keptText(field.kept, props.nameOf)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {!props.isReader && (
          <div className="actions">
            <ActionButton className="button button-small" isBusy={props.busy} onPress={props.onUndo}>
              <Undo2 aria-hidden size={14} />
              Undo this change<span className="sr-only"> to {props.name}</span>
            </ActionButton>
            {/* After its deletion there is nothing of it: to have it back is to undo that. */}
            {change.action !== 'delete' && (
              <ActionButton className="button button-small" isBusy={props.busy} onPress={props.onRestore}>
                <RotateCcw aria-hidden size={14} />
                Restore as it was then…<span className="sr-only"> {props.name}</span>
              </ActionButton>
            )}
          </div>
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}
