import { FolderPlus, Link2 } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { CollectionView } from '../../contract/contract.ts';
import { useApp, useAppContext } from '../client/app-context.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { CollectionCard } from './collection-card.tsx';
import { JoiningCard } from './joining-card.tsx';
import { Welcome } from './welcome.tsx';

const stoppedFirst = (a: CollectionView, b: CollectionView): number =>
  Number(b.state === 'halted') - Number(a.state === 'halted');

/** Everything this device keeps in step, and how to add to it. */
export function SourcesPage() {
  const status = useApp((state) => state.status);
  const { store } = useAppContext();
  const actions = (
    <>
      <Button className="button" onPress={() => store.setState({ joining: '' })}>
        <Link2 aria-hidden size={16} />
        Join a device
      </Button>
      <Button
        className="button button-primary"
        onPress={() => store.setState({ adding: { locations: [], kind: null } })}
      >
        <FolderPlus aria-hidden size={16} />
        Add a source
      </Button>
    </>
  );
  const joining = status?.joining ?? [];
  const empty = status !== null && status.collections.length === 0 && joining.length === 0;
  return (
    // Not before it is known where they belong: a press on a button that moves away is lost.
    <PageFrame title="Sources" {...(status === null || empty ? {} : { actions })}>
      {status === null && <Loading what="your sources" />}
      {empty && status.standstill === undefined && <Welcome />}
      {joining.map((one) => (
        <JoiningCard key={one.collection} joining={one} />
      ))}
      {[...(status?.collections ?? [])].sort(stoppedFirst).map((collection) => (
        <CollectionCard key={collection.id} collection={collection} />
      ))}
    </PageFrame>
  );
}
