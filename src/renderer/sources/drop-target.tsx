import { FolderPlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useAppContext } from '../client/app-context.tsx';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** The whole window takes folders and files that are dropped on it. By keyboard the same is “Add a source”. */
export function DropTarget() {
  const { client, store } = useAppContext();
  const [over, setOver] = useState(false);

  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
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

  if (!over) return null;
  return (
    <div className="drop-veil" aria-hidden>
      <div>
        <FolderPlus size={40} strokeWidth={1.5} />
        <p>Drop to keep it in step</p>
      </div>
    </div>
  );
}
