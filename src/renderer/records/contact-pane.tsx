import { useState } from 'react';
import { Button } from 'react-aria-components';
import { recordName } from '../../contract/record-name.ts';
import { useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import type { RecordOf } from '../components/field-value.tsx';
import { roleOf } from '../components/record-facts.ts';
import { ExplainDialog } from '../problems/explain-dialog.tsx';
import { Face, isPhoto } from './face.tsx';
import { RecordBody } from './record-body.tsx';

/** The contact that is chosen in a list, beside it. */
export function ContactPane({ of, listed }: { of: RecordOf; listed: string }) {
  const [why, setWhy] = useState(false);
  const [isPhotoUnseen, setPhotoUnseen] = useState(false);
  const revision = useApp((state) => state.revision);
  const { value: view, error } = useRequest('records:show', [of.collection, of.record], revision);
  const title = recordName(of.record, view?.title ?? listed, 'contacts');
  const role = roleOf(view?.fields ?? []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrollable by keyboard
    <section className="pane-detail" aria-label={title} tabIndex={0}>
      <header className="pane-head">
        <Face of={of} title={title} photo={view?.fields.find(isPhoto)} size="head" onUnseen={setPhotoUnseen} />
        <div className="dialog-title">
          <h3 dir="auto">{title}</h3>
          {role !== '' && (
            <p className="muted" dir="auto">
              {role}
            </p>
          )}
        </div>
      </header>
      <RecordBody of={of} title={title} kind="contacts" view={view} error={error} isPhotoUnseen={isPhotoUnseen} />
      {view !== null && (
        <div className="actions">
          <Button className="button button-small" onPress={() => setWhy(true)}>
            Where this comes from…
          </Button>
        </div>
      )}
      {why && (
        <ExplainDialog collection={of.collection} record={of.record} title={title} onClose={() => setWhy(false)} />
      )}
    </section>
  );
}
