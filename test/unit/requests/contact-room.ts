import { difference } from '../../../src/main/difference/difference.ts';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { csvFormat } from '../../../src/main/sources/contacts/csv/csv-format.ts';
import type { SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

type Said = { readonly [field: string]: Value };

/** A book of cards and a table of Outlook of one collection, which the table cannot hold all of. */
export function contactRoom() {
  const [device] = new CollectionGroup(1, 'two places', 'contacts').devices as [GroupDevice];
  const { collection } = device;
  /** Records the table does not hold at all. */
  const absent = new Set<string>();
  /** What the table holds of records that were changed since. */
  const earlier = new Map<string, Held | null>();
  const leaveInTable = (id: string): void => void earlier.set(id, device.held(recordId(id)));
  const say = (id: string, said: Said | null): void => {
    const fields: Fields | null =
      said === null
        ? null
        : new Map(Object.entries(said).map(([field, value]): [FieldName, Value] => [fieldName(field), value]));
    const change = difference('contacts', recordId(id), device.held(recordId(id)), fields);
    if (change !== null) device.write([change]);
  };
  const heldNow = (row: number): Held | null => {
    const found = collection.records.at(row);
    if (found === null || absent.has(found.id)) return null;
    return earlier.get(found.id) ?? device.held(found.id);
  };
  const place = (row: number, location: string, format: string, adapter: Pick<SourceAdapter, 'project'>) =>
    [
      row,
      {
        source: { id: `source-${row}`, row, location, format },
        adapter,
        heldNow: row === 1 ? (at: number) => device.held(collection.records.at(at)!.id) : heldNow,
      },
    ] as const;
  const table = csvFormat('csv-outlook');
  let projected = 0;
  const project = (full: Fields): Fields => {
    projected++;
    return table.project(full);
  };
  const replica = {
    collection,
    synchronizers: new Map([
      place(1, '/book.vcf', 'vcard', {}),
      place(2, '/book.csv', 'csv-outlook', { ...table, project }),
    ]),
  } as unknown as Replica;
  return { replica, absent, leaveInTable, projected: () => projected, say };
}

/** What a card says, with so many e-mails. */
export function jane(emails: number, more: Said = {}): Said {
  const mails = Array.from(
    { length: emails },
    (_, at) => [`emails/m${at}`, { address: `jane${at}@example.org` }] as const,
  );
  return {
    name: {
      full: 'Jane Doe',
      components: [
        { kind: 'given', value: 'Jane' },
        { kind: 'surname', value: 'Doe' },
      ],
    },
    ...Object.fromEntries(mails),
    ...more,
  };
}
