import { compareTexts } from './compare-texts.ts';
import { componentInOneOrder } from './component-text.ts';
import { ENTRY, EXECUTABLE, fileEntry } from './file-entry.ts';
import type { FieldName } from './ids.ts';
import { isOverride, joinedOverrides, sameOverride } from './series.ts';
import { equalValues, isPlain, type Plain, type Value } from './value.ts';

export type RecordKind = 'files' | 'contacts' | 'calendar';

/** How one field of a kind merges and compares. */
export interface FieldRule {
  /** `conflict`: concurrent values wait for a person. `larger`: the larger value is right and nobody is asked (DESIGN 3). */
  readonly concurrent: 'conflict' | 'larger';
  /** Equality of meaning. */
  same(a: Value, b: Value): boolean;
  /** It is carried with other changes, and is none by itself: when a program last saved a card. */
  readonly incidental?: boolean;
  /** Of values in conflict, is this one shown before the others, where a source held none of them? */
  leads?(value: Value): boolean;
  /** Of two concurrent values nobody need choose between, is the first the right one? null: a person has to. */
  isLater?(a: Value, b: Value): boolean | null;
  /** What two concurrent values say together, where nobody need choose between them; null: a person has to. In whatever order it is the same. */
  join?(a: Value, b: Value): Value | null;
}

/** Fields of the zones an event brings along, and of components that are carried as the texts they are. */
export const TIME_ZONES = 'timeZones/';
export const COMPONENT = 'iCalendarComponent';
/** Fields of properties nobody has a place for. */
const UNKNOWN = 'iCalendar/';
const UNKNOWN_OF_CARD = 'vCard/';

const LARGER = new Set<string>(['modified', 'created', 'updated', 'sequence', 'progressUpdated']);

/** The chunk list is a function of the bytes, so two entries of one digest are one value whoever cut them. */
function sameEntry(a: Value, b: Value): boolean {
  const left = a as { type?: Value; digest?: Value; size?: Value } | null;
  const right = b as { type?: Value; digest?: Value; size?: Value } | null;
  if (left?.type === 'file' && right?.type === 'file') return left.digest === right.digest && left.size === right.size;
  return equalValues(a, b);
}

/** Things may live in a directory, and only where it is one can they be shown (DESIGN 3). */
const entryRule: FieldRule = {
  concurrent: 'conflict',
  same: sameEntry,
  leads: (value) => fileEntry(value)?.type === 'directory',
};
const flagRule: FieldRule = { concurrent: 'conflict', same: (a, b) => (a ?? false) === (b ?? false) };
const largerRule: FieldRule = { concurrent: 'larger', same: equalValues };
const savedRule: FieldRule = { ...largerRule, incidental: true };
/** When an item was made: programs write it as they like. */
const madeRule: FieldRule = { concurrent: 'larger', same: (a, b) => (a === null) === (b === null), incidental: true };
const plainRule: FieldRule = { concurrent: 'conflict', same: equalValues };

const alertRule: FieldRule = { ...plainRule, isLater: wasDismissedLater };

/** Each computer that rings notes when somebody dismissed it there: of one alarm the last of these is right, as for every calendar (RFC 9074, 6). */
function wasDismissedLater(a: Value, b: Value): boolean | null {
  if (!isPlain(a) || !isPlain(b)) return null;
  const [{ acknowledged: one = '', ...rest }, { acknowledged: other = '', ...others }] = [a, b];
  return equalValues(rest, others) ? String(one) > String(other) : null;
}

/** Is this property, by its name in small letters, until when Thunderbird lets an alarm rest? */
export const isSnooze = (name: string): boolean => name.startsWith('x-moz-snooze-time');

const unknownRule: FieldRule = { ...plainRule, isLater: restsLater };

/** An alarm that was put off at two computers rests until the later time; one that was put off at one of them is not over. */
function restsLater(a: Value, b: Value): boolean | null {
  const [one, other] = [snoozeOf(a), snoozeOf(b)];
  if (one === null && other === null) return null;
  if (one === null || other === null) return (one === null ? a : b) === null ? one !== null : null;
  return one.name === other.name && one.until !== other.until ? one.until > other.until : null;
}

function snoozeOf(value: Value): { readonly name: string; readonly until: string } | null {
  if (!isPlain(value)) return null;
  const { name, value: until } = value;
  return typeof name === 'string' && isSnooze(name) && typeof until === 'string' ? { name, until } : null;
}

const participantRule: FieldRule = { ...plainRule, isLater: wasAnswered };

/** Whoever answers is not asked any more, which some programs take down and others do not: of one answer that is no question. */
function wasAnswered(a: Value, b: Value): boolean | null {
  if (!isPlain(a) || !isPlain(b)) return null;
  const [{ expectReply: one = null, ...rest }, { expectReply: other = null, ...others }] = [a, b];
  const isOneAnswer = rest.participationStatus !== undefined && equalValues(rest, others);
  return isOneAnswer && (one === null) !== (other === null) ? one === null : null;
}

/** A zone of somebody's own is named by its rules: whatever else stands in its text, and in whatever order, says nothing. */
const zoneRule: FieldRule = { ...plainRule, same: (a, b) => (a === null) === (b === null) };

/** What two devices say of one occurrence while each changes something else of its series. */
const overrideRule: FieldRule = { ...plainRule, same: sameOverride, join: joinedOverrides };

const componentRule: FieldRule = { ...plainRule, same: sameComponent };

function sameComponent(a: Value, b: Value): boolean {
  return equalValues(a, b) || equalValues(componentInOneOrder(a), componentInOneOrder(b));
}

/** Each program that saves a card spells the words of TYPE, and line breaks, in its own way, also of what it does not know. */
const unknownOfCardRule: FieldRule = {
  ...plainRule,
  same: (a, b) => equalValues(a, b) || (isPlain(a) && isPlain(b) && equalValues(inOneSpelling(a), inOneSpelling(b))),
};

function inOneSpelling(property: Plain): Value {
  const { value = null, params = null } = property;
  const spelled = typeof value === 'string' ? value.replace(/\\./g, (each) => (each === '\\N' ? '\\n' : each)) : value;
  if (!isPlain(params) || !Array.isArray(params.type)) return { ...property, value: spelled };
  const words = params.type.flatMap((words: Value) => String(words).toLowerCase().split(','));
  return { ...property, value: spelled, params: { ...params, type: [...new Set(words)].sort(compareTexts) } };
}

/** The rule of a field in records of a kind. */
export function fieldRule(kind: RecordKind, field: FieldName): FieldRule {
  if (kind !== 'files' && (field === 'updated' || field === 'sequence')) return savedRule;
  if (kind !== 'files' && field === 'created') return madeRule;
  if (LARGER.has(field)) return largerRule;
  if (kind === 'contacts' && field.startsWith(UNKNOWN_OF_CARD)) return unknownOfCardRule;
  if (kind === 'calendar') {
    if (isOverride(field)) return overrideRule;
    if (field.startsWith('alerts/')) return alertRule;
    if (field.startsWith('participants/')) return participantRule;
    if (field.startsWith(UNKNOWN)) return unknownRule;
    if (field.startsWith(TIME_ZONES)) return zoneRule;
    if (field.startsWith(COMPONENT)) return componentRule;
  }
  if (kind === 'files') {
    if (field === ENTRY) return entryRule;
    if (field === EXECUTABLE) return flagRule;
  }
  return plainRule;
}
