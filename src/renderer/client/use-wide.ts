import { useSyncExternalStore } from 'react';

/** Is there room for a list and what is chosen in it beside each other? As in style/panes.css. */
const query = () => window.matchMedia('(min-width: 900px)');

function subscribe(onChange: () => void): () => void {
  const list = query();
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}

/** Heard whenever the window is made wider or narrower. */
export const useWide = (): boolean => useSyncExternalStore(subscribe, () => query().matches);
