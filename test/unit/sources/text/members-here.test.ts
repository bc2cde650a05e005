import { expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import { recordIdOfUid } from '../../../../src/main/record/record-uid.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { type ShownAs, withMembersHere } from '../../../../src/main/sources/text/members-here.ts';

const bytesOf = (...lines: string[]): Uint8Array =>
  Buffer.from(['BEGIN:VCARD', 'VERSION:4.0', ...lines, 'END:VCARD', ''].join('\r\n'));
const GROUP = bytesOf('UID:g', 'FN:Friends', 'KIND:group', 'MEMBER:urn:uuid:b1', 'MEMBER:urn:uuid:c');
const shownAs: ShownAs = new Map<string, RecordId>([['b1', recordId('a1')]]);
const format = withMembersHere(vcardFormat('4.0'), () => shownAs);

function read(bytes: Uint8Array) {
  const text = format.split(bytes, null);
  const item = text.items[0] ?? expect.unreachable();
  return { text, item, fields: format.read(text, item, null) };
}
const membersOf = (fields: Fields): readonly string[] =>
  [...fields.keys()].filter((field) => field.startsWith('members/')).map((field) => field.slice('members/'.length));
const rewritten = (change: (fields: Map<string, unknown>) => void): string => {
  const { text, item, fields } = read(GROUP);
  const after = new Map(fields);
  change(after as Map<string, unknown>);
  return Buffer.from(format.write(text, [{ item, before: fields, after, uid: 'g' }])).toString();
};

it('members of a group are read as the records they are', () => {
  expect(membersOf(read(GROUP).fields)).toEqual(['a1', 'c']);
});

it('and written by the UIDs of the text: what is not touched stays byte for byte', () => {
  expect(rewritten(() => undefined)).toBe(Buffer.from(GROUP).toString());
  expect(rewritten((fields) => fields.delete('members/c'))).toBe(
    Buffer.from(GROUP).toString().replace('MEMBER:urn:uuid:c\r\n', ''),
  );
  expect(rewritten((fields) => fields.delete('members/a1'))).not.toContain('b1');
  const made = format.write(format.split(format.empty(), null), [
    { item: null, before: null, after: new Map(read(GROUP).fields), uid: 'h' },
  ]);
  expect(Buffer.from(made).toString()).toContain('MEMBER:urn:uuid:b1\r\n');
});

it('a UID with signs that no record’s id has is written as the text states it', () => {
  const slashed = bytesOf('UID:g', 'FN:Friends', 'KIND:group', 'MEMBER:urn:uuid:b/1', 'MEMBER:urn:uuid:c');
  const format = withMembersHere(vcardFormat('4.0'), () => new Map([[recordIdOfUid('b/1'), recordIdOfUid('a/1')]]));
  const text = format.split(slashed, null);
  const item = text.items[0] ?? expect.unreachable();
  const before = format.read(text, item, null);
  expect(membersOf(before)).toEqual(['a~11', 'c']);
  const after = new Map(before).set(fieldName('note'), 'Of before');
  const made = format.write(format.split(format.empty(), null), [{ item: null, before: null, after, uid: 'h' }]);
  expect(Buffer.from(made).toString()).toContain('MEMBER:urn:uuid:b/1\r\n');
});

it('whoever is no group is left alone', () => {
  const { fields } = read(bytesOf('UID:x', 'FN:X', 'MEMBER:urn:uuid:b1'));
  expect(membersOf(fields)).toEqual(['b1']);
  expect(fields.get(fieldName('kind'))).toBeUndefined();
});

it('what was said of it before, and the moment, are passed on', () => {
  const inner = vcardFormat('4.0');
  const told: unknown[] = [];
  const passing = withMembersHere(
    {
      ...inner,
      read: (text, item, previous) => {
        told.push(previous);
        return inner.read(text, item, previous);
      },
      write: (text, writes, moment) => {
        told.push(moment);
        return inner.write(text, writes, moment);
      },
    },
    () => shownAs,
  );
  const { text, item, fields } = read(GROUP);
  passing.read(text, item, fields);
  passing.write(text, [], '20260102T030405Z');
  expect(told).toEqual([fields, '20260102T030405Z']);
});
