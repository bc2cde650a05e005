import { encodeCbor } from '../change-log/encode-cbor.ts';
import { readCbor } from '../change-log/read-cbor.ts';
import type { Held, HeldField, RecordState, Sibling } from '../merge/record-state.ts';
import { type Packed, packName, packValue, unpackName, unpackValue } from '../record/encode-value.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/**
 * A state as it lies in the database: [base dot, [name, value]* of fields with one value and just the base dot, exceptions?, superseded?].
 * Most records were written by one change, so most states are that change's dot and values; `exists: true` is not even written.
 */
export function encodeState(state: RecordState): Uint8Array {
  const base = state.fields.get(EXISTS)?.[0]?.dots[0] ?? firstDot(state);
  const plain: Packed[] = [];
  const others: Packed[] = [];
  state.fields.forEach((siblings, field) => {
    const only = siblings.length === 1 ? siblings[0] : undefined;
    if (only !== undefined && only.dots.length === 1 && only.dots[0] === base) {
      if (field !== EXISTS || only.value !== true) plain.push(packName(field), packValue(field, only.value));
    } else
      others.push(
        packName(field),
        siblings.map((each) => [packValue(field, each.value), ...each.dots]),
      );
  });
  const out: Packed[] = [base, plain];
  if (others.length > 0 || state.superseded.size > 0) out.push(others);
  if (state.superseded.size > 0)
    out.push([...state.superseded].flatMap(([field, dots]) => [packName(field), [...dots]]));
  return encodeCbor(out);
}

function firstDot(state: RecordState): number {
  for (const siblings of state.fields.values()) return siblings[0]?.dots[0] ?? 0;
  return 0;
}

/** The state that `encodeState` wrote. */
export function decodeState(bytes: Uint8Array): RecordState {
  const [base, plain, others, superseded] = readCbor(bytes) as [
    Dot,
    Packed[],
    Packed[] | undefined,
    Packed[] | undefined,
  ];
  const fields = new Map<FieldName, readonly Sibling[]>();
  const alone: readonly Dot[] = [base];
  for (let at = 0; at < plain.length; at += 2) {
    const field = unpackName(plain[at]) as FieldName;
    fields.set(field, [{ value: unpackValue(field, plain[at + 1] as Packed), dots: alone }]);
  }
  for (let at = 0; others !== undefined && at < others.length; at += 2) {
    const field = unpackName(others[at]) as FieldName;
    const siblings = (others[at + 1] as Packed[][]).map(([value, ...dots]) => ({
      value: unpackValue(field, value as Packed),
      dots: dots as unknown as Dot[],
    }));
    fields.set(field, siblings);
  }
  if (!fields.has(EXISTS) && base !== 0 && (others === undefined || !others.includes(packName(EXISTS))))
    fields.set(EXISTS, [{ value: true, dots: alone }]);
  const waiting = new Map<FieldName, readonly Dot[]>();
  for (let at = 0; superseded !== undefined && at < superseded.length; at += 2)
    waiting.set(unpackName(superseded[at]) as FieldName, superseded[at + 1] as unknown as Dot[]);
  return { fields, superseded: waiting };
}

/** What a source holds: [name, value, dots…]*. */
export function encodeHeld(held: Held): Uint8Array {
  return encodeCbor([...held].map(([field, { value, dots }]) => [packName(field), packValue(field, value), ...dots]));
}

/** What a source really holds, where it is other than what was meant: [name, value]*. */
export function encodeNative(fields: Fields): Uint8Array {
  return encodeCbor([...fields].flatMap(([field, value]) => [packName(field), packValue(field, value)]));
}

/** What `encodeNative` wrote. */
export function decodeNative(bytes: Uint8Array): Fields {
  const packed = readCbor(bytes) as Packed[];
  const fields = new Map<FieldName, Value>();
  for (let at = 0; at < packed.length; at += 2) {
    const field = unpackName(packed[at]) as FieldName;
    fields.set(field, unpackValue(field, packed[at + 1] as Packed));
  }
  return fields;
}

/** What `encodeHeld` wrote. */
export function decodeHeld(bytes: Uint8Array): Held {
  const held = new Map<FieldName, HeldField>();
  for (const [name, value, ...dots] of readCbor(bytes) as Packed[][]) {
    const field = unpackName(name) as FieldName;
    held.set(field, { value: unpackValue(field, value as Packed) as Value, dots: dots as unknown as Dot[] });
  }
  return held;
}
