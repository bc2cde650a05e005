/** How contacts and events are written, and which lines of them who edits: here in the file, there on the server. */
export const ITEM_KINDS = {
  contacts: { format: 'vcard', server: 'carddav', ending: 'vcf', type: 'text/vcard', ours: 'TEL', theirs: 'EMAIL' },
  calendar: {
    format: 'icalendar',
    server: 'caldav',
    ending: 'ics',
    type: 'text/calendar',
    ours: 'SUMMARY',
    theirs: 'LOCATION',
  },
} as const;
export type ServedKind = keyof typeof ITEM_KINDS;

/** What a person knows of an item. */
export interface ServedItem {
  readonly uid: string;
  ours: string;
  theirs: string;
  /** A person deleted it. */
  isGone: boolean;
  /** Another client gave it another name, by deleting it first. */
  isMoved: boolean;
  /** Another client deleted it before each device had seen it there: it looks as if it had never come there. */
  wentUnseen: boolean;
}

const AT = '@example.org';
const unfolded = (block: string): string => block.replaceAll(/\r?\n[ \t]/g, '');

export function textOf(kind: ServedKind, { uid, ours, theirs }: ServedItem): string {
  const lines =
    kind === 'contacts'
      ? ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:P ${uid}`, `N:${uid.replaceAll(';', '\\;')};P;;;`]
      : ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', 'DTSTART:20270301T090000Z', 'DURATION:PT1H'];
  const said =
    kind === 'contacts'
      ? [`TEL:${ours}`, `EMAIL:${theirs}${AT}`, 'NOTE:Zürich\\, ]]> & <b>', 'END:VCARD', '']
      : [`SUMMARY:${ours}`, `LOCATION:${theirs}`, 'DESCRIPTION:Zürich\\, ]]> & <b>', 'END:VEVENT', ''];
  return [...lines, ...said].join('\r\n');
}
/** A whole text of these items. */
export const wrapped = (kind: ServedKind, inside: string): string =>
  kind === 'contacts' ? inside : `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${inside}END:VCALENDAR\r\n`;
export function withItem(kind: ServedKind, text: string, item: string): string {
  if (kind === 'contacts') return text + item;
  return text === '' ? wrapped(kind, item) : text.replace('END:VCALENDAR', () => `${item}END:VCALENDAR`);
}

export function blocksIn(kind: ServedKind, text: string): readonly string[] {
  const part = kind === 'contacts' ? 'VCARD' : 'VEVENT';
  return text.match(new RegExp(`BEGIN:${part}\\r?\\n[\\s\\S]*?END:${part}\\r?\\n?`, 'g')) ?? [];
}
export const uidIn = (block: string): string =>
  /^UID(?:;[^:\r\n]*)?:([^\r\n]*)/m.exec(unfolded(block))?.[1]?.replace(/\\([;,])/g, '$1') ?? '';
export function valueIn(block: string, name: string): string {
  const line = new RegExp(`^(?:item\\d+\\.)?${name}(?:;[^:\\r\\n]*)?:([^\\r\\n]*)`, 'm').exec(unfolded(block))?.[1];
  return line?.replace(AT, '') ?? '(none)';
}
export function withValue(kind: ServedKind, text: string, uid: string, name: string, value: string): string {
  const block = blocksIn(kind, text).find((each) => uidIn(each) === uid);
  if (block === undefined) return text;
  const line = new RegExp(`^((?:item\\d+\\.)?${name}(?:;[^:\\r\\n]*)?:)[^\\r\\n]*`, 'm');
  return text.replace(block, () =>
    block.replace(line, (_, head: string) => head + value + (name === 'EMAIL' ? AT : '')),
  );
}
