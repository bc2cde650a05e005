import type { Change, FieldWrite } from '../../src/main/change-log/change.ts';
import type { DotOrder, Held, RecordState, Sibling } from '../../src/main/merge/record-state.ts';
import { ENTRY, EXISTS, fileFields } from '../../src/main/record/file-entry.ts';
import { type Digest, type Dot, type FieldName, fieldName, recordId } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';

/** Tiny named values for tables: two contents of one file, a directory, a link, and a record for them to be of. */
export const RECORD = recordId('docs/a.txt');
export const digestA = 'a1'.repeat(32) as Digest;
export const digestA2 = 'a2'.repeat(32) as Digest;
export const digestA3 = 'a3'.repeat(32) as Digest;
export const entryA = { type: 'file', digest: digestA, size: 1 } as const;
export const entryA2 = { type: 'file', digest: digestA2, size: 2 } as const;
export const entryA3 = { type: 'file', digest: digestA3, size: 3 } as const;
export const directory = { type: 'directory' } as const;
export const fileA: Fields = fileFields(entryA);
export const fileA2: Fields = fileFields(entryA2);
export const fileA3: Fields = fileFields(entryA3);
export const gone = null;

/** A dot by a small number; larger is later in `byNumber`. */
export const dot = (number: number): Dot => number as Dot;
export const byNumber: DotOrder = (a, b) => a - b;

/** What a field holds, value by value: `[value, dot, dot…]`. */
type Values = readonly (readonly [Value, ...number[]])[];
type Named = { readonly [field: string]: Values };

const siblings = (values: Values): readonly Sibling[] =>
  values.map(([value, ...dots]) => ({ value, dots: dots.map(dot) }));

/** A record's state, field by field. */
export function state(fields: Named, superseded: { readonly [field: string]: readonly number[] } = {}): RecordState {
  return {
    fields: new Map(Object.entries(fields).map(([name, values]) => [fieldName(name), siblings(values)])),
    superseded: new Map(Object.entries(superseded).map(([name, dots]) => [fieldName(name), dots.map(dot)])),
  };
}

/** What a source holds, field by field: `[value, dot, dot…]`. */
export function held(fields: { readonly [field: string]: readonly [Value, ...number[]] }): Held {
  return new Map(
    Object.entries(fields).map(([name, [value, ...dots]]) => [fieldName(name), { value, dots: dots.map(dot) }]),
  );
}

export const write = (field: FieldName | string, value: Value, ...replaces: readonly number[]): FieldWrite => ({
  field: fieldName(field),
  value,
  replaces: replaces.map(dot),
});

/** A change of `RECORD` as a source makes it. */
export const change = (...writes: readonly FieldWrite[]): Change => ({ record: RECORD, cause: 'source', writes });

/** A change that sets the entry, replacing these dots of the entry and of `exists` alike. */
export const sets = (entry: Value, ...replaces: readonly number[]): Change =>
  change(write(ENTRY, entry, ...replaces), write(EXISTS, true, ...replaces));
export const deletes = (...replaces: readonly number[]): Change => change(write(EXISTS, false, ...replaces));
