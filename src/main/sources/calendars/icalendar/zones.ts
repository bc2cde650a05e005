import { sha256 } from '../../../platform/hash.ts';
import { compareTexts } from '../../../record/compare-texts.ts';
import { cleanWord } from './property.ts';
import { zoneOfTzid } from './zone-names.ts';

/** How the zones of one calendar are called. */
export interface Zones {
  /** The zone a TZID stands for: IANA's name, or one of ours. */
  zoneOf(tzid: string): string;
  /** The TZID to write for a zone. */
  tzidOf(zone: string): string;
  /** The VTIMEZONE of a zone of somebody's own; null: there is none. */
  textOf(zone: string): string | null;
}

/** A zone of somebody's own: its name holds the digest of its rules (`-`: it has none), so that two with one TZID stay two. */
const OWN = /^\/custom\/(-|[A-Za-z0-9_-]{10})\/(.{1,200})$/s;
const RENAMED = /^(.{1,180})-([A-Za-z0-9_-]{10})$/s;

/** Is it a zone of somebody's own, which no database of zones knows? */
export const isOwnZone = (zone: string): boolean => OWN.test(zone);
/** Is it one that came with its rules? */
export const hasRules = (zone: string): boolean => zone.startsWith('/custom/') && !zone.startsWith('/custom/-/');

/** The TZID a zone of somebody's own has by itself. */
export const tzidOfOwn = (zone: string): string | null => OWN.exec(zone)?.[2] ?? null;

/** The name of the zone a VTIMEZONE (its lines, without folds) makes; one that was renamed beside another of its TZID keeps its name. */
export function ownZone(tzid: string, lines: readonly string[]): string {
  const [, before = '', digest = ''] = RENAMED.exec(tzid) ?? [];
  if (digest !== '' && digestOfRules(withTzid(lines, before)) === digest) return `/custom/${digest}/${before}`;
  const name = cleanWord(tzid).slice(0, 200);
  return `/custom/${digestOfRules(withTzid(lines, name))}/${name}`;
}

/** The TZID for a zone where another one has its own already. */
export function renamedTzid(zone: string): string {
  const [, digest = '', tzid = ''] = OWN.exec(zone) ?? [];
  return `${tzid.slice(0, 180)}-${digest}`;
}

/** The lines of a VTIMEZONE under another TZID. */
export const withTzid = (lines: readonly string[], tzid: string): readonly string[] =>
  lines.map((line) => (/^TZID[;:]/i.test(line) ? `TZID:${tzid}` : line));

const digestOfRules = (lines: readonly string[]): string =>
  Buffer.from(sha256(sorted(lines.filter((line) => !CHURN.test(line)).map(withRuleInOrder)).join('\n')))
    .toString('base64url')
    .slice(0, 10);

/** The order in which most write the rule of a zone. */
const PARTS = ['FREQ', 'INTERVAL', 'BYMONTH', 'BYDAY'];
const placeOfPart = (part: string): number => {
  const at = PARTS.indexOf(part.slice(0, part.indexOf('=')));
  return at < 0 ? PARTS.length : at;
};

/** The order of the parts of a rule tells nothing either, nor that it is of each year, or that its weeks begin as all do where nothing is said. */
function withRuleInOrder(line: string): string {
  const rule = /^RRULE:(.*)$/i.exec(line)?.[1];
  if (rule === undefined) return line;
  const parts = rule
    .toUpperCase()
    .split(';')
    .filter((part) => part !== '' && part !== 'INTERVAL=1' && part !== 'WKST=MO');
  return `RRULE:${parts.sort((a, b) => placeOfPart(a) - placeOfPart(b) || compareTexts(a, b)).join(';')}`;
}

/** The same lines, wherever they and the parts they are in stood: servers sort them as they like. */
function sorted(lines: readonly string[]): readonly string[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (/^BEGIN:/i.test(line)) parts.push([]);
    parts.at(-1)?.push(line);
    if (/^END:/i.test(line) && parts.length > 1) {
      const part = parts.pop() ?? [];
      parts.at(-1)?.push(inOrder(part).join('\n'));
    }
  }
  return inOrder(parts.flat());
}
const inOrder = (lines: readonly string[]): readonly string[] => [...lines].sort(compareTexts);
const CHURN = /^(?:LAST-MODIFIED|TZURL|COMMENT|X-LIC-LOCATION)[;:]/i;

/** Zones as a text says them that brings no VTIMEZONE of its own. */
export const PLAIN_ZONES: Zones = {
  zoneOf: (tzid) => (isOwnZone(tzid) ? tzid : (zoneOfTzid(tzid) ?? `/custom/-/${cleanWord(tzid).slice(0, 200)}`)),
  tzidOf: (zone) => zone,
  textOf: () => null,
};

/** The zone of somebody's own that has this TZID by itself; null: there is none among these. */
export function ownZoneCalled(tzid: string, texts: ReadonlyMap<string, string>): string | null {
  if (zoneOfTzid(tzid) !== null) return null;
  for (const zone of texts.keys()) if (tzidOfOwn(zone) === tzid) return zone;
  return null;
}
