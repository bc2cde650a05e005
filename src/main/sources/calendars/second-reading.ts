import nodeIcal from 'node-ical';
import type { IcalendarItem } from './icalendar/split-calendar.ts';

/** What another reader makes of a calendar. */
export interface SecondReading {
  /** How many different events, tasks and journals it found. */
  readonly uids: number;
}

/** Longer texts are not read twice. */
const LONGEST = 20 << 20;
const TYPES = new Set(['VEVENT', 'VTODO', 'VJOURNAL']);

/**
 * Reads a subscription with a reader that is not ours: where the two do not find the same number of items, one of them is wrong, and somebody
 * should be told. null: it cannot read the text at all, or the text is too long.
 */
export function secondReading(bytes: Uint8Array): SecondReading | null {
  if (bytes.length > LONGEST) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  const uids = new Set<string>();
  const warn = console.warn;
  // It tells the console of every oddity; nobody reads that.
  console.warn = () => {};
  try {
    // Of several calendars in one text it would keep the last alone.
    const calendars = text.split(/(?=^BEGIN:VCALENDAR[ \t]*\r?$)/im).filter((each) => /^BEGIN:VCALENDAR/im.test(each));
    if (calendars.length === 0) return null;
    for (const calendar of calendars)
      for (const [key, item] of Object.entries(nodeIcal.sync.parseICS(calendar)))
        if (item !== undefined && TYPES.has(item.type))
          uids.add('uid' in item && typeof item.uid === 'string' ? item.uid : key);
    return { uids: uids.size };
  } catch {
    return null;
  } finally {
    console.warn = warn;
  }
}

/** As many as that are there by our own reading. */
export function countUids(items: readonly IcalendarItem[]): number {
  const uids = new Set<string>();
  let without = 0;
  for (const { kind, uid, master } of items) {
    if (!TYPES.has(kind)) continue;
    if (uid === null) without++;
    else uids.add(master < 0 ? uid.slice(0, uid.lastIndexOf('#')) : uid);
  }
  return uids.size + without;
}
