import { useState } from 'react';
import type { CollectionView, VerifyView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useAction } from '../client/use-action.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';

/** Two devices in step show the same check sum; a content check re-reads everything and names what differs. */
export function VerifyDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const verify = useAction('verify');
  const [results, setResults] = useState<readonly VerifyView[] | null>(null);
  const run = async (content: boolean) => {
    setResults(null);
    const reply = await verify.run(collection.id, content);
    if (reply.ok) setResults(reply.value);
  };
  return (
    <DialogFrame
      title={`Verify ${collection.name}`}
      onClose={onClose}
      footer={
        <>
          <ActionButton className="button" isBusy={verify.busy} onPress={() => void run(false)}>
            Quick check
          </ActionButton>
          <ActionButton className="button button-primary" isBusy={verify.busy} onPress={() => void run(true)}>
            Thorough check
          </ActionButton>
        </>
      }
    >
      <p>
        Is it really the same everywhere? <strong>Quick check</strong> shows a check mark made of everything in it: on
        each device that is in step it is the same. <strong>Thorough check</strong> also reads every item here again and
        names each that is not as it should be.
      </p>
      <ErrorNotice error={verify.error} />
      {verify.busy && <Loading verb="Reading" what={collection.name} />}
      <div role="status">
        {results?.map((result) => (
          <div key={result.collection} className="result">
            <p>
              Check mark of {counted(result.records, 'item')}:{' '}
              <code className="path">{(result.root.slice(0, 16).match(/.{4}/g) ?? []).join(' ')}</code>
            </p>
            {result.differs.length === 0 ? (
              <p>No item differs.</p>
            ) : (
              <Note tone="warn">
                <p>{counted(result.differs.length, 'item differs', 'items differ')} from what is recorded:</p>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list must be scrollable by keyboard */}
                <ul className="plain-list scroll-box" tabIndex={0} aria-label="Items that differ">
                  {result.differs.map((one) => (
                    <li key={`${one.source} ${one.record}`} className="path">
                      {one.record}
                    </li>
                  ))}
                </ul>
              </Note>
            )}
          </div>
        ))}
      </div>
    </DialogFrame>
  );
}
