import { deciders } from '../../contract/overall-state.ts';
import { useApp } from './app-context.tsx';

/** Who decides about a collection that this device may only read: `Laptop or Desk`; null: this device may. */
export function useDeciders(collection: string): string | null {
  return useApp(({ status }) => {
    const names = status?.collections.find(({ id }) => id === collection)?.decidedBy;
    return names === undefined ? null : deciders(names);
  });
}
