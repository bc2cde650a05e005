import fc from 'fast-check';
import { escapeName } from '../../src/main/record/entry-name.ts';
import { fieldName } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';

const text = fc.oneof(
  fc.constantFrom(
    'Meeting',
    'Zahnarzt; ü',
    'a, b',
    'line\nbreak',
    '\\n',
    '"quoted"',
    'x'.repeat(200),
    'Привет',
    '😀 party',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const word = fc.oneof(fc.constantFrom('Work', 'a/b', 'c~d', 'e,f', ' '), text);
const local = fc
  .tuple(
    fc.integer({ min: 1990, max: 2060 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.nat(23),
    fc.nat(59),
  )
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')))
  .map(([year, month, day, hour, minute]) => `${year}-${month}-${day}T${hour}:${minute}:00`);
const zone = fc.constantFrom<string | null>(
  null,
  'Etc/UTC',
  'Europe/Vienna',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  '/custom/-/Mine',
);
const duration = fc.constantFrom('PT0S', 'PT1H', 'P1D', 'PT24H', 'P1DT2H3M4S', 'PT90S', 'P7D');

const when = fc.oneof(
  fc.record({ start: local, timeZone: zone, duration }),
  fc.record({ start: local, timeZone: zone, duration, endTimeZone: zone }),
  fc.record({
    start: local.map((time) => `${time.slice(0, 10)}T00:00:00`),
    timeZone: fc.constant(null),
    duration: fc.constantFrom('P1D', 'P3D', 'PT5H'),
    showWithoutTime: fc.constant(true),
  }),
);
const rule = fc.constantFrom<Value>(
  { frequency: 'daily' },
  { frequency: 'weekly', interval: 2, byDay: [{ day: 'mo' }, { day: 'we' }] },
  { frequency: 'monthly', byDay: [{ day: 'fr', nthOfPeriod: -1 }], count: 5 },
  { frequency: 'yearly', byMonth: ['2'], byMonthDay: [29], until: '2040-01-01T00:00:00' },
);
const override = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.constant({ excluded: true }),
  fc.constant({ added: true }),
  fc.record({ title: text }),
  fc.record({ when: when as unknown as fc.Arbitrary<Value>, description: fc.constant(null) }),
);
const participant = fc.record(
  {
    calendarAddress: fc.constantFrom('mailto:a@example.com', 'mailto:b@example.com', 'urn:uuid:1', 'tel:+1'),
    name: text,
    participationStatus: fc.constantFrom('accepted', 'declined', 'x-maybe'),
    expectReply: fc.constant(true),
    roles: fc.constantFrom<Value>({ chair: true }, { optional: true }),
    iCalendarParams: fc.constantFrom<Value>({ 'x-p': ['1', 'a;b'] }, { 'x-q': ['"', '^n'] }),
  },
  { requiredKeys: ['calendarAddress'] },
);
const alert = fc.record(
  {
    trigger: fc.constantFrom<Value>(
      { offset: '-PT15M' },
      { offset: 'PT0S', relativeTo: 'end' },
      { when: '2024-01-01T00:00:00Z' },
    ),
    action: fc.constantFrom('display', 'email', 'audio'),
    description: text,
    iCalendar: fc.constant([
      { name: 'x-a', value: '1' },
      { name: 'repeat', value: '2' },
    ]),
  },
  { requiredKeys: ['trigger'] },
);
const link = fc.oneof(
  fc.record({
    href: fc.constantFrom('https://example.com/a?b=c;d', 'cid:1'),
    rel: fc.constant('enclosure'),
    title: text,
  }),
  fc.record({ href: fc.constant('https://example.com/') }),
  fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    contentType: fc.constant('image/png'),
    rel: fc.constant('enclosure'),
  }),
);
const key = fc.stringMatching(/^[A-Za-z0-9_-]{1,10}$/);
const map = (name: string, value: fc.Arbitrary<Value>): fc.Arbitrary<[string, Value][]> =>
  fc.array(
    fc.tuple(
      key.map((each) => `${name}/${each}`),
      value,
    ),
    { maxLength: 3 },
  );
const maybe = (name: string, value: fc.Arbitrary<Value>): fc.Arbitrary<[string, Value][]> =>
  fc.option(value).map((given) => (given === null ? [] : [[name, given]]));

/** Any event or task, as peers may send it: also such that no calendar can hold in every part. */
export const anyEvent: fc.Arbitrary<Fields> = fc
  .tuple(
    fc.constantFrom<[string, Value][]>([['@type', 'Event']], [['@type', 'Task']], []),
    maybe('when', when as unknown as fc.Arbitrary<Value>),
    maybe('title', text),
    maybe('description', text),
    maybe('locale', fc.constantFrom('de', 'en-GB')),
    maybe('priority', fc.nat(9)),
    maybe('sequence', fc.nat(5)),
    maybe('privacy', fc.constantFrom('private', 'secret', 'public')),
    maybe('status', fc.constantFrom('tentative', 'cancelled', 'confirmed')),
    maybe('color', fc.constantFrom('red', 'Blue')),
    maybe('progress', fc.constantFrom('completed', 'in-process')),
    maybe('percentComplete', fc.nat(100)),
    maybe('updated', fc.constant('2024-01-01T00:00:00Z')),
    maybe('created', fc.constant('2023-01-01T00:00:00Z')),
    maybe('recurrenceRule', rule),
    fc.array(
      fc.tuple(
        local.map((time) => `recurrenceOverrides/${time}`),
        override,
      ),
      { maxLength: 3 },
    ),
    fc.array(
      word.map((each): [string, Value] => [`keywords/${escapeName(each)}`, true]),
      { maxLength: 3 },
    ),
    map('participants', participant as unknown as fc.Arbitrary<Value>),
    map('alerts', alert as unknown as fc.Arbitrary<Value>),
    map('links', link as unknown as fc.Arbitrary<Value>),
    map(
      'locations',
      fc.record(
        { name: text, coordinates: fc.constant('geo:1.5,-2') },
        { requiredKeys: [] },
      ) as unknown as fc.Arbitrary<Value>,
    ),
    map(
      'iCalendar',
      fc.record({
        name: fc.constantFrom('x-foo', 'comment', 'contact'),
        value: text,
      }) as unknown as fc.Arbitrary<Value>,
    ),
    map('iCalendarComponent', fc.constant({ text: 'BEGIN:X-A\nX-B:1\nEND:X-A' })),
  )
  .map((parts) => new Map(parts.flat().map(([field, value]) => [fieldName(field), value])));
