import { recordName } from '../../contract/record-name.ts';
import { useApp } from './app-context.tsx';

/** What a person is shown as the name of a record of a collection, by its id and its title. */
export function useRecordName(): (collection: string, record: string, title: string) => string {
  const collections = useApp((state) => state.status?.collections);
  return (collection, record, title) =>
    recordName(record, title, collections?.find(({ id }) => id === collection)?.kind ?? null);
}
