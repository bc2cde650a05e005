import type { Value } from '../../../record/value.ts';
import { entry, plain, plainText } from './cells.ts';
import type { ValueCodec } from './slots.ts';

const BETWEEN = ', ';

/** An organization: its name, and its units in one cell. */
export const organizationCodec: ValueCodec = {
  toTexts(value) {
    const units = Array.isArray(value.units) ? (value.units as readonly Value[]) : [];
    const names = units.flatMap((unit) => plainText(plain(unit)?.name) ?? []);
    const name = plainText(value.name);
    return name === null && names.length === 0 ? null : [name ?? '', names.join(BETWEEN)];
  },
  fromTexts: ([name = '', unit = '']) =>
    entry({
      name: name.trim() === '' ? undefined : name,
      units: unit.trim() === '' ? undefined : [{ name: unit }],
    }),
};
