import type { Kind } from '../../contract/contract.ts';
import { recordName } from '../../contract/record-name.ts';
import type { CommandCall } from './command.ts';
import { shortRecord } from './show-value.ts';

/** What each collection holds, by its id. Scripts are given the views alone. */
export async function collectionKinds(call: CommandCall): Promise<ReadonlyMap<string, Kind>> {
  if (call.json) return new Map();
  const { collections } = await call.ask('status');
  return new Map(collections.map(({ id, kind }) => [id, kind]));
}

/** What a record is called in a list, by its title: one that says nothing of that by words, and by its id, which other commands take. */
export function listedName(record: string, title: string, kind: Kind | null): string {
  const name = recordName(record, title, kind);
  return name === title ? title : `${name} (${shortRecord(record)})`;
}

/** A file is told by its path, which other commands take; contacts and events by what they are called. */
export const pathOrTitle = (
  { record, title }: { readonly record: string; readonly title: string },
  kind: Kind | null,
): string => (record.endsWith(`/${title}`) ? record : listedName(record, title, kind));
