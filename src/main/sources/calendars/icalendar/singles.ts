import type { Value } from '../../../record/value.ts';
import { formatTime, isLocal, normalDuration, parseTime } from './civil.ts';
import { cleanWord, escapeText, inCapitals, unescapeText } from './property.ts';

/** A property of which a component has one, and the field it is. */
export interface SingleCodec {
  readonly field: string;
  /** null: what it says is the default, or nothing. undefined: it is not understood, and is carried as it is. */
  read(value: string): Value | undefined;
  /** null: it cannot be said. */
  compose(value: Value): string | null;
  /** Its parameters are carried in `iCalendarParams/<field>`. */
  readonly params: boolean;
}

/** By the names of properties. */
export type Singles = ReadonlyMap<string, SingleCodec>;

const text = (field: string): SingleCodec => ({
  field,
  read: (value) => unescapeText(value) || null,
  compose: (value) => (typeof value === 'string' && value !== '' ? escapeText(value) || null : null),
  params: true,
});

const whole = (field: string, most: number, left: number | null): SingleCodec => ({
  field,
  read: (value) => {
    const number = /^\s*\d{1,10}\s*$/.test(value) ? Number(value) : Number.NaN;
    return number <= most ? (number === left ? null : number) : undefined;
  },
  compose: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most && value !== left
      ? String(value)
      : null,
  params: false,
});

/** `words`: iCalendar's word and ours; the first is the default. */
const choice = (field: string, words: Readonly<Record<string, string>>): SingleCodec => {
  const [normal] = Object.keys(words);
  return {
    field,
    read: (value) => {
      const word = inCapitals(value.trim());
      return word === normal ? null : words[word];
    },
    compose: (value) => Object.keys(words).find((word) => words[word] === value && word !== normal) ?? null,
    params: false,
  };
};

const utc = (field: string): SingleCodec => ({
  field,
  read: (value) => {
    const time = parseTime(value);
    // Some write a date, or a wall time of nowhere in particular: that is taken for UTC, as everybody does.
    return time === null ? undefined : `${time.local}Z`;
  },
  compose: (value) =>
    typeof value === 'string' && value.endsWith('Z') && isLocal(value.slice(0, -1))
      ? formatTime(value.slice(0, -1), 'utc')
      : null,
  params: false,
});

const EVENT_STATUS = choice('status', { CONFIRMED: 'confirmed', TENTATIVE: 'tentative', CANCELLED: 'cancelled' });
const TASK_STATUS = choice('progress', {
  'NEEDS-ACTION': 'needs-action',
  'IN-PROCESS': 'in-process',
  'COMPLETED': 'completed',
  'CANCELLED': 'cancelled',
});

const COMMON: Readonly<Record<string, SingleCodec>> = {
  'SUMMARY': text('title'),
  'DESCRIPTION': text('description'),
  'PRIORITY': whole('priority', 9, 0),
  'SEQUENCE': whole('sequence', 2 ** 31, 0),
  'CLASS': choice('privacy', { PUBLIC: 'public', PRIVATE: 'private', CONFIDENTIAL: 'secret' }),
  'COLOR': {
    field: 'color',
    read: (value) => cleanWord(value).toLowerCase() || null,
    compose: (value) =>
      typeof value === 'string' && /^[^\p{Cc}]{1,100}$/u.test(value) ? value.trim().toLowerCase() || null : null,
    params: false,
  },
  'ORGANIZER': {
    field: 'organizerCalendarAddress',
    read: (value) => {
      const address = cleanWord(value);
      return (/^mailto:(?!\s)/.test(address) ? address : address.replace(/^mailto:\s*/i, 'mailto:')) || null;
    },
    compose: (value) => (typeof value === 'string' ? cleanWord(value) || null : null),
    params: true,
  },
  'CREATED': utc('created'),
  'LAST-MODIFIED': utc('updated'),
};
const EVENT: Singles = byName({
  ...COMMON,
  STATUS: EVENT_STATUS,
  TRANSP: choice('freeBusyStatus', { OPAQUE: 'busy', TRANSPARENT: 'free' }),
});
const TASK: Singles = byName({
  ...COMMON,
  'STATUS': TASK_STATUS,
  'COMPLETED': utc('progressUpdated'),
  'PERCENT-COMPLETE': whole('percentComplete', 100, null),
  'ESTIMATED-DURATION': {
    field: 'estimatedDuration',
    read: (value) => normalDuration(value) ?? undefined,
    compose: (value) => (typeof value === 'string' ? normalDuration(value) : null),
    params: false,
  },
});

function byName(codecs: Readonly<Record<string, SingleCodec>>): Singles {
  return new Map(Object.entries(codecs));
}

/** Properties of which there is one at most, by their names. */
export const singlesOf = (isTask: boolean): Singles => (isTask ? TASK : EVENT);
