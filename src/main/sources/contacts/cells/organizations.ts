import type { Value } from '../../../record/value.ts';
import { type Made, plain, plainText, said } from './cells.ts';
import type { ValueCodec } from './slots.ts';

const BETWEEN = ', ';

/** An organization: its name, and its units in one cell. */
export const organizationCodec: ValueCodec = {
  toTexts(value) {
    const units = Array.isArray(value.units) ? (value.units as readonly Value[]) : [];
    let names: string | null = null;
    for (const unit of units) {
      const name = plainText(plain(unit)?.name);
      if (name !== null) names = names === null ? name : names + BETWEEN + name;
    }
    const name = plainText(value.name);
    return name === null && names === null ? null : [name ?? '', names ?? ''];
  },
  fromTexts(texts) {
    const [name, unit] = [said(texts[0]), said(texts[1])];
    const value: Made = {};
    if (name !== null) value.name = name;
    if (unit !== null) value.units = [{ name: unit }];
    return value;
  },
};
