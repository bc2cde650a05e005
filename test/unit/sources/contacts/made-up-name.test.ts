import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { NativeItem } from '../../../../src/main/sources/text/text-format.ts';

const fieldsOf = (fields: Record<string, Value>): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(['3.0', '4.0'] as const)('a card of %s whose name was made up of what else it says', (version) => {
  const format = vcardFormat(version);
  const itemIn = (bytes: Uint8Array): NativeItem => format.split(bytes).items[0]!;
  const read = (bytes: Uint8Array): Fields => format.read(format.split(bytes), itemIn(bytes), null);
  const write = (bytes: Uint8Array | null, after: Fields): Uint8Array => {
    const text = format.split(bytes ?? format.empty());
    const item = text.items[0] ?? null;
    const before = item === null ? null : format.read(text, item, null);
    return format.write(text, [{ item, before, after, uid: 'uid-1' }]);
  };
  const fullName = (bytes: Uint8Array): string | undefined => /^FN[^\r]*/m.exec(new TextDecoder().decode(bytes))?.[0];
  const withPhones = (...numbers: readonly string[]): Fields =>
    fieldsOf(Object.fromEntries(numbers.map((number, at) => [`phones/p${at}`, { number }])));

  it('is called by what it says now, once that is another thing, and nobody has the former one for a name', () => {
    const made = write(null, withPhones('555 1'));
    expect(fullName(made)).toBe('FN;DERIVED=TRUE:555 1');
    const [field] = [...read(made).keys()];
    const changed = write(made, new Map([[field!, { number: '555 2' }]]));
    expect(fullName(changed)).toBe('FN;DERIVED=TRUE:555 2');
    expect(read(changed).has(fieldName('name'))).toBe(false);
  });

  it('stays called so, and has no name, where another program has its numbers in another order', () => {
    const made = new TextDecoder().decode(write(null, withPhones('555 1', '555 2')));
    const [one, other] = ['555 1', '555 2'].map((number) => new RegExp(`^TEL.*:${number}\r\n`, 'm').exec(made)![0]);
    const moved = bytesOf(made.replace(one!, '').replace(other!, other! + one!));
    expect(fullName(moved)).toBe('FN;DERIVED=TRUE:555 1');
    expect(read(moved).has(fieldName('name'))).toBe(false);
    const more = write(moved, new Map([...read(moved), [fieldName('notes/n'), { note: 'more' }]]));
    expect(fullName(more)).toBe('FN;DERIVED=TRUE:555 1');
  });

  it('has a name nobody made up once it is given one', () => {
    const parts = { components: [{ kind: 'given', value: 'Ada' }] };
    const made = write(null, fieldsOf({ name: parts }));
    expect(fullName(made)).toBe('FN;DERIVED=TRUE:Ada');
    const named = write(made, fieldsOf({ name: { ...parts, full: 'Ada' } }));
    expect(fullName(named)).toBe('FN:Ada');
    expect(read(named).get(fieldName('name'))).toEqual({ ...parts, full: 'Ada' });
  });

  it('has one N once it has a name in parts', () => {
    const made = write(null, withPhones('555 1'));
    const phones = [...read(made)];
    const named = write(
      made,
      new Map([...phones, ...fieldsOf({ name: { components: [{ kind: 'given', value: 'Ada' }] } })]),
    );
    expect(new TextDecoder().decode(named).match(/^N[:;].*/gm)).toEqual(['N:;Ada;;;']);
    expect(read(named).get(fieldName('name'))).toEqual({ components: [{ kind: 'given', value: 'Ada' }] });
  });

  it('is called as a person wrote there', () => {
    const named = new TextDecoder().decode(write(null, withPhones('555 1'))).replace('TRUE:555 1', 'TRUE:Ada');
    expect(read(bytesOf(named)).get(fieldName('name'))).toEqual({ full: 'Ada' });
  });

  it.each([
    ['its number', '555 1', ['555 2', '555 3'], withPhones('555 1')],
    [
      'its name in parts',
      ';Ada;',
      [';Eve;', ';Zoe;'],
      fieldsOf({ name: { components: [{ kind: 'given', value: 'Ada' }] } }),
    ],
  ])(
    'has no name once another program changed %s, and again, and left the line that was made up of it',
    (_, was, edits, record) => {
      const made = write(null, record);
      let held = read(made);
      let meant = held;
      for (const is of [...edits, was]) {
        const text = new TextDecoder().decode(made).replace(new RegExp(`(\nN|\nTEL)(.*)${was}`), `$1$2${is}`);
        const bytes = bytesOf(text.replace('END:VCARD', `NOTE:${is}\r\nEND:VCARD`));
        expect(fullName(bytes)).toBe(fullName(made));
        const now = format.read(format.split(bytes), itemIn(bytes), held);
        meant = putFields('contacts', meant, held, now, format.project);
        held = now;
        expect(JSON.stringify([...meant])).toContain(is.replaceAll(';', ''));
        expect(meant.get(fieldName('name')) ?? {}).not.toHaveProperty('full');
        expect(putFields('contacts', meant, held, now, format.project)).toEqual(meant);
      }
    },
  );

  it('is called as a person wrote who changed its parts too', () => {
    const made = write(null, fieldsOf({ name: { components: [{ kind: 'given', value: 'Ada' }] } }));
    const bytes = bytesOf(new TextDecoder().decode(made).replace('TRUE:Ada', 'TRUE:Evi').replace(';Ada;', ';Eve;'));
    const before = read(made);
    const name = putFields('contacts', before, before, read(bytes), format.project).get(fieldName('name'));
    expect(name).toEqual({ full: 'Evi', components: [{ kind: 'given', value: 'Eve' }] });
  });
});
