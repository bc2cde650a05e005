import { expect, it } from 'vitest';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { fieldRule } from '../../../src/main/record/field-rules.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

const text = (...lines: readonly string[]): string => lines.join('\n');
const journal = text(
  'BEGIN:VJOURNAL',
  'UID:j',
  'ATTENDEE;CN="A;B: C,D";ROLE=CHAIR;X-A=1:mailto:a@example.org',
  'DESCRIPTION:first\\nCATEGORIES:no line',
  'BEGIN:X-PART',
  'X-B:2',
  'X-A:1',
  'END:X-PART',
  'END:VJOURNAL',
);
const sorted = text(
  'BEGIN:VJOURNAL',
  'BEGIN:X-PART',
  'X-A:1',
  'X-B:2',
  'END:X-PART',
  'DESCRIPTION:first\\nCATEGORIES:no line',
  'ATTENDEE;X-A=1;CN="A;B: C,D";ROLE=CHAIR:mailto:a@example.org',
  'UID:j',
  'END:VJOURNAL',
);

/** Are two values of a field one, on every device? */
function areOne(field: string, a: Value, b: Value): boolean {
  const name = fieldName(field);
  const isSame = fieldRule('calendar', name).same(a, b);
  expect(canonicalText(name, a) === canonicalText(name, b)).toBe(isSame);
  return isSame;
}

it('a component that is carried as it is, is the same in whatever order a program writes it', () => {
  expect(areOne('iCalendarComponent', journal, sorted)).toBe(true);
  expect(areOne('iCalendarComponent/k', { text: journal }, { text: sorted })).toBe(true);
});

it.each([
  ['another value', journal.replace('X-B:2', 'X-B:3')],
  ['another parameter', journal.replace('ROLE=CHAIR', 'ROLE=OPT-PARTICIPANT')],
  ['one line more', journal.replace('UID:j', 'UID:j\nSUMMARY:s')],
  ['a line in another part', journal.replace('X-A:1\n', '').replace('UID:j', 'UID:j\nX-A:1')],
  ['nothing', null],
  ['no component', 7],
  ['no end', journal.replace('\nEND:VJOURNAL', '')],
])('and another one where it says %s', (_, other) => {
  expect(areOne('iCalendarComponent', journal, other)).toBe(false);
  expect(areOne('iCalendarComponent/k', { text: journal }, typeof other === 'string' ? { text: other } : other)).toBe(
    false,
  );
});

it('a zone of somebody’s own is told by its name, which its rules make', () => {
  const zone = text('BEGIN:VTIMEZONE', 'TZID:My', 'X-LIC-LOCATION:My', 'END:VTIMEZONE');
  const field = 'timeZones/~1custom~1abc~1My';
  expect(areOne(field, { text: zone }, { text: text('BEGIN:VTIMEZONE', 'TZID:My', 'END:VTIMEZONE') })).toBe(true);
  expect(areOne(field, { text: zone }, null)).toBe(false);
});
