import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CollectionView, SourceLacksView } from '../../contract/contract.ts';
import { lackWords } from '../../contract/lack-words.ts';
import { counted, listed } from '../../contract/overall-state.ts';
import { useRequest } from '../client/use-request.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { LacksList } from './lacks-list.tsx';

/** What the sources of a collection cannot hold, by source. Asked again when the records become others, not at each step on the way. */
export function useSourceLacks({
  id,
  kind,
  state,
  records,
  sources,
}: CollectionView): ReadonlyMap<string, SourceLacksView> {
  const isQuiet = state !== 'working';
  const refresh = [state, records, ...sources.map((source) => source.id)].join(' ');
  const asked = useRequest('source:lacks', kind === 'files' || !isQuiet ? null : [id], refresh);
  return new Map((asked.value ?? []).map((one) => [one.source, one]));
}

/** Says at a source what of its collection it has no place for, and whom that concerns. */
export function SourceLacks({ collection, lacks }: { collection: CollectionView; lacks: SourceLacksView | null }) {
  const [open, setOpen] = useState(false);
  if (lacks === null) return null;
  const what = listed([...new Set(lacks.lacks.map(lackWords))]);
  const whom = counted(lacks.records, RECORD_WORD[collection.kind]);
  return (
    <p className="source-reason">
      This place cannot hold: {what}{' '}
      <Button className="button button-small" onPress={() => setOpen(true)}>
        {whom} affected
      </Button>
      {open && (
        <DialogFrame title="What this place cannot hold" onClose={() => setOpen(false)}>
          <p>
            Nothing of it is lost: it stays with {collection.name} on this device and the others, in every place that
            can hold it.
          </p>
          <LacksList kind={collection.kind} lacks={lacks} />
        </DialogFrame>
      )}
    </p>
  );
}
