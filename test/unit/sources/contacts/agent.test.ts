import { describe, expect, it } from 'vitest';
import type { FieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { differs, readAll, withNew } from '../../../fakes/text-format-laws.ts';

const card = (agent: string): string =>
  `BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Ana\r\nTEL;CELL:1\r\nAGENT:\r\n${agent}NOTE:behind\r\nEND:VCARD\r\n`;
const SMITH =
  'BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Sm=C3=AFth;Agent\r\nTEL;WORK:007\r\nEND:VCARD\r\n';
const old = vcardFormat('2.1');
const read = (text: string | Uint8Array, previous: readonly Fields[] = []): Fields => {
  const split = old.split(Buffer.from(text));
  expect([split.items.length, split.damaged]).toEqual([1, []]);
  return readAll(old, split, previous)[0] as Fields;
};
const agentOf = (fields: Fields): readonly [FieldName, Value] =>
  [...fields].find(([field]) => field.startsWith('vCard/agent/')) as [FieldName, Value];

describe('an agent that is a card within a card', () => {
  const text = card(SMITH);
  const before = read(text);

  it('is a property like any other, and given to who has no cards within cards', () => {
    const [, agent] = agentOf(before);
    expect(agent).toEqual({
      name: 'AGENT',
      value: 'BEGIN:VCARD\\nVERSION:2.1\\nN:Smïth\\;Agent\\nTEL\\;WORK:007\\nEND:VCARD',
    });
    const format = vcardFormat('4.0');
    const written = withNew(format, format.empty(), format.project(before));
    const [again] = readAll(format, format.split(written));
    expect(agentOf(again as Fields)[1]).toEqual(agent);
  });

  it('is replaced whole, goes whole, and stays byte for byte where something else changes', () => {
    const [field, agent] = agentOf(before);
    const split = old.split(Buffer.from(text));
    const [item = null] = split.items;
    const write = (change: (fields: Map<FieldName, Value>) => void): readonly [string, Fields] => {
      const after = new Map(before);
      change(after);
      const written = old.write(split, [{ item, before, after, uid: 'x' }]);
      expect(differs(read(written, [after]), after)).toBeNull();
      return [Buffer.from(written).toString(), after];
    };
    expect(write((fields) => fields.delete(field))[0]).toBe(text.replace(`AGENT:\r\n${SMITH}`, ''));
    const [other] = write((fields) => fields.set(field, { ...(agent as object), value: 'BEGIN:VCARD\\nEND:VCARD' }));
    expect(other).toBe(text.replace(`AGENT:\r\n${SMITH}`, 'AGENT:BEGIN:VCARD\\nEND:VCARD\r\n'));
    const phone = [...before.keys()].find((each) => each.startsWith('phones/')) as FieldName;
    expect(write((fields) => fields.set(phone, { number: '2', features: { mobile: true } }))[0]).toBe(
      text.replace('TEL;CELL:1', 'TEL;CELL:2'),
    );
  });

  it('that is never closed is not taken for one', () => {
    const torn = 'BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Ana\r\nAGENT:\r\nBEGIN:VCARD\r\nN:Smith\r\nEND:VCARD\r\n';
    expect(old.split(Buffer.from(torn)).damaged).toHaveLength(1);
  });
});
