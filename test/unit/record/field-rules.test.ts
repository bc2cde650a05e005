import { describe, expect, it } from 'vitest';
import { fieldRule } from '../../../src/main/record/field-rules.ts';
import { ENTRY, EXECUTABLE, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import { digestA2, digestA3, directory, entryA, entryA2 } from '../../fakes/tiny-records.ts';

describe('how fields compare', () => {
  const entry = fieldRule('files', ENTRY);

  it('takes two entries of one content for one value, whoever cut it', () => {
    expect(entry.same(entryA, { ...entryA, chunks: digestA2 })).toBe(true);
    expect(entry.same({ ...entryA, chunks: digestA3 }, { ...entryA, chunks: digestA2 })).toBe(true);
  });
  it.each([
    ['another content', entryA2],
    ['another size', { ...entryA, size: 9 }],
    ['a directory', directory],
    ['a link', { type: 'symlink', target: 'x' }],
    ['nothing', null],
  ])('tells a file from %s', (_, other) => {
    expect([entry.same(entryA, other), entry.same(other, entryA)]).toEqual([false, false]);
  });
  it('tells links by their targets', () => {
    expect(entry.same({ type: 'symlink', target: 'x' }, { type: 'symlink', target: 'x' })).toBe(true);
    expect(entry.same({ type: 'symlink', target: 'x' }, { type: 'symlink', target: 'y' })).toBe(false);
  });
  it('takes an absent flag for false, of files only', () => {
    expect(fieldRule('files', EXECUTABLE).same(null, false)).toBe(true);
    expect(fieldRule('files', EXECUTABLE).same(null, true)).toBe(false);
    expect(fieldRule('contacts', EXECUTABLE).same(null, false)).toBe(false);
    expect(fieldRule('contacts', ENTRY).same(entryA, { ...entryA, chunks: digestA2 })).toBe(false);
  });
});

describe('a property of a card nobody knows', () => {
  const { same } = fieldRule('contacts', fieldName('vCard/label/k'));
  const label = { name: 'LABEL', value: 'Ring 1\\n1010 Wien', params: { type: ['HOME', 'pref'] } };

  it.each([
    ['words of TYPE in other letters', { ...label, params: { type: ['home', 'PREF'] } }],
    ['in another order', { ...label, params: { type: ['pref', 'HOME'] } }],
    ['in one pair of quotes', { ...label, params: { type: ['home,pref'] } }],
    ['a line break by its other letter', { ...label, value: 'Ring 1\\N1010 Wien' }],
  ])('is the same with %s', (_, other) => {
    expect([same(label, other), same(other, label)]).toEqual([true, true]);
  });
  it.each([
    ['another word of TYPE', { ...label, params: { type: ['work', 'pref'] } }],
    ['no TYPE', { name: 'LABEL', value: label.value }],
    ['letters of its value in another case', { ...label, value: 'RING 1\\n1010 Wien' }],
    ['a backslash before the letter', { ...label, value: 'Ring 1\\\\N1010 Wien' }],
    ['nothing', null],
  ])('is another with %s', (_, other) => {
    expect([same(label, other), same(other, label)]).toEqual([false, false]);
  });
  it('is told by its value where parameters are none', () => {
    expect(same({ name: 'X', value: 'a', params: 'type' }, { name: 'X', value: 'a', params: null })).toBe(false);
    expect(same({ ...label, params: { type: 'home' } }, label)).toBe(false);
  });
});

describe('how fields merge', () => {
  it.each([
    ['files', MODIFIED, 'larger'],
    ['contacts', 'updated', 'larger'],
    ['calendar', 'sequence', 'larger'],
    ['files', ENTRY, 'conflict'],
    ['files', EXISTS, 'conflict'],
    ['files', EXECUTABLE, 'conflict'],
    ['contacts', 'emails/e1', 'conflict'],
  ] as const)('of %s, %s is a case of %s', (kind, field, concurrent) => {
    expect(fieldRule(kind, fieldName(field)).concurrent).toBe(concurrent);
  });
});

describe('one answer of a participant', () => {
  const { isLater } = fieldRule('calendar', fieldName('participants/p1'));
  const asked = { calendarAddress: 'mailto:a@example.org', expectReply: true, participationStatus: 'accepted' };
  const { expectReply: _, ...answered } = asked;

  it('is right where nobody is asked any more, whoever took that down', () => {
    expect([isLater?.(answered, asked), isLater?.(asked, answered)]).toEqual([true, false]);
  });
  it('and another one, or none yet, are for a person', () => {
    const declined = { ...answered, participationStatus: 'declined' };
    const { participationStatus: __, ...open } = answered;
    for (const [a, b] of [
      [declined, asked],
      [declined, answered],
      [open, { ...open, expectReply: true }],
      [{ ...answered, expectReply: 'x' }, asked],
      [null, asked],
    ] as const)
      expect([isLater?.(a, b), isLater?.(b, a)]).toEqual([null, null]);
  });
});

describe('an alarm that rests', () => {
  const { isLater } = fieldRule('calendar', fieldName('iCalendar/k1'));
  const until = (value: string, name = 'x-moz-snooze-time') => ({ name, value });
  const [earlier, later] = [until('20240401T090000Z'), until('20240401T091000Z')];

  it('rests until the later time, also where it is over at another computer', () => {
    expect([isLater?.(later, earlier), isLater?.(earlier, later)]).toEqual([true, false]);
    expect([isLater?.(earlier, null), isLater?.(null, earlier)]).toEqual([true, false]);
  });
  it('is no other one, and what else nobody knows is for a person', () => {
    for (const [a, b] of [
      [earlier, until('20240401T091000Z', 'x-moz-snooze-time-1')],
      [until('1', 'x-a'), until('2', 'x-a')],
      [until('1', 'x-a'), null],
      [until('1', 'x-a'), later],
      [earlier, earlier],
    ] as const)
      expect([isLater?.(a, b), isLater?.(b, a)]).toEqual([null, null]);
  });
});
