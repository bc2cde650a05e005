import { FolderOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { SourceState, SourceView } from '../../contract/contract.ts';
import { hardLinkWords } from '../../contract/hard-link-words.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { errorWords } from '../components/error-words.ts';
import { formatWords } from './format-words.ts';

const STATES: { readonly [state in SourceState]: string } = {
  ready: 'Ready',
  scanning: 'Looking for changes',
  writing: 'Writing changes',
  halted: 'Halted',
  unavailable: 'Not available',
  paused: 'Paused',
};

/** Where a collection lives here: the place, its state, and the reason when it is not ready, unless that is `told` already. */
export function SourceLine(props: { source: SourceView; told: boolean; lacks: ReactNode }) {
  const { source, told } = props;
  const client = useClient();
  const open = useAction('desktop:open-source');
  const toast = useToast();
  const bad = source.state === 'halted' || source.state === 'unavailable';
  const reveal = async () => {
    const reply = await open.run(source.id);
    if (!reply.ok) toast('failed', errorWords(reply.error));
  };
  return (
    <div className="source-line">
      <div className="source-place">
        <span className="path" title={source.location}>
          {source.location}
        </span>
        {source.format !== 'folder' && <span className="tag">{formatWords(source.format)}</span>}
        {source.state !== 'ready' && !told && (
          <span className={bad ? 'tag tag-bad' : 'tag'}>{STATES[source.state]}</span>
        )}
        {client.host === 'electron' && !/^https?:/.test(source.location) && (
          <Button className="button button-quiet button-small" onPress={() => void reveal()}>
            <FolderOpen aria-hidden size={14} />
            Open<span className="sr-only"> {source.location}</span>
          </Button>
        )}
      </div>
      {source.reason !== null && !told && (
        <p className={bad ? 'source-reason bad' : 'source-reason'}>{source.reason}</p>
      )}
      {source.hardLinks !== undefined && <p className="source-reason">{hardLinkWords(source.hardLinks)}</p>}
      {props.lacks}
    </div>
  );
}
