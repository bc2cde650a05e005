import type { Value } from '../../../record/value.ts';

/** A `Plain` while it is made: nobody else has it yet. */
export type Draft = { [key: string]: Value };

/** What a property of a card says in a line. */
export interface Written {
  readonly value: string;
  /** Parameters its value needs, before those of all properties. */
  readonly params?: readonly (readonly [name: string, value: string])[];
}

/** The map a field is an entry of: `phones` of `phones/x`; '' where it is none. */
export const mapOf = (field: string): string => field.slice(0, Math.max(0, field.lastIndexOf('/')));
