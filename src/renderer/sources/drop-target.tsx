import { FolderPlus } from 'lucide-react';
import { useLayoutEffect, useState } from 'react';
import { numberText } from '../../contract/number-text.ts';
import { useAppContext } from '../client/app-context.tsx';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** The whole window takes folders and files that are dropped on it. By keyboard the same is “Add a source”. */
export function DropTarget() {
  const { client, store } = useAppContext();
  /** How many are held over the window; 0: none. */
  const [over, setOver] = useState(0);

  // Before the window is seen: what is dropped on a page that does not listen, a browser opens in its place.
  useLayoutEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(Math.max(1, event.dataTransfer?.items.length ?? 1));
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(0);
    };
    const onDrop = (event: DragEvent) => {
      setOver(0);
      if (!hasFiles(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      const locations = files.flatMap((file) => client.pathForFile(file) ?? []);
      const untold = files.filter((file) => client.pathForFile(file) === null).map(({ name }) => name);
      store.setState({ adding: { locations, untold, kind: null } });
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [client, store]);

  if (over === 0) return null;
  const isOne = over === 1;
  return (
    <div className="drop-veil" aria-hidden>
      <div>
        <FolderPlus size={40} strokeWidth={1.5} />
        <p>{isOne ? 'Drop it to keep it in step' : `Drop them to keep ${numberText(over)} places in step`}</p>
        <p className="drop-detail">
          {client.host === 'electron'
            ? `You see what ${isOne ? 'it is' : 'they are'} first. Nothing in ${isOne ? 'it' : 'them'} is changed.`
            : `A browser does not tell where ${isOne ? 'it lies' : 'they lie'}: you are asked for the path.`}
        </p>
      </div>
    </div>
  );
}
