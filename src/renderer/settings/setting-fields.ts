import { typedNumber } from '../components/locale.ts';

const SIZES = { MB: 1e6, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** How a setting is shown and typed. The key and its meaning are the command line's (`lockstep config`). */
export interface SettingField {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** What an empty one means. */
  readonly empty?: string;
  /** The unit as it stands behind what is typed. */
  readonly shown?: string;
  /** `share`: 0 to 1, typed as a percentage. `minutes`: seconds, typed as minutes. Sizes are bytes, typed in their unit. */
  readonly unit: 'text' | 'number' | 'share' | 'minutes' | keyof typeof SIZES;
}
export interface SettingGroup {
  readonly title: string;
  readonly fields: readonly SettingField[];
}

/** The settings a person sees, in the groups that are saved together. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'This device',
    fields: [
      { key: 'name', label: 'Name', hint: 'What your other devices call it.', unit: 'text' },
      {
        key: 'listen',
        label: 'Address for other devices',
        hint: 'An address and a port, as 0.0.0.0:21027. Used from the next start on.',
        empty: 'Found by itself',
        unit: 'text',
      },
      {
        key: 'scan.interval',
        label: 'Check everything every',
        hint: 'Changes are also noticed as they happen.',
        shown: 'minutes',
        unit: 'minutes',
      },
    ],
  },
  {
    title: 'Speed',
    fields: [
      { key: 'limits.up', label: 'Send at most', hint: '0: no limit.', shown: 'MB/s', unit: 'MB' },
      { key: 'limits.down', label: 'Receive at most', hint: '0: no limit.', shown: 'MB/s', unit: 'MB' },
      {
        key: 'schedule',
        label: 'Only at these times',
        hint: 'For example 22:00-06:00.',
        empty: 'Always',
        unit: 'text',
      },
    ],
  },
  {
    title: 'History',
    fields: [
      {
        key: 'history.days',
        label: 'Keep earlier versions for',
        hint: 'Of what was replaced or deleted.',
        shown: 'days',
        unit: 'number',
      },
      { key: 'history.bytes', label: 'Use at most', hint: 'The oldest go first.', shown: 'GiB', unit: 'GiB' },
      {
        key: 'history.copy-limit',
        label: 'Copy items up to',
        hint: 'A larger one may be in no history once you overwrite it yourself.',
        shown: 'MiB',
        unit: 'MiB',
      },
      {
        key: 'disk.reserve',
        label: 'Leave free',
        hint: 'So much of the disk is never filled.',
        shown: 'MiB',
        unit: 'MiB',
      },
    ],
  },
  {
    title: 'Safety',
    fields: [
      {
        key: 'safety.delete-share',
        label: 'Halt when this much is deleted at once',
        hint: 'Of a collection. It halts only where the next number is reached too.',
        shown: '%',
        unit: 'share',
      },
      {
        key: 'safety.delete-count',
        label: '… and more than this many items',
        hint: 'Nothing is lost: it asks you first.',
        shown: 'items',
        unit: 'number',
      },
      {
        key: 'safety.rewrite-share',
        label: 'Halt when this much is rewritten at once',
        hint: 'Of a collection.',
        shown: '%',
        unit: 'share',
      },
    ],
  },
];

type Stored = string | number | boolean | null | undefined;
/** A stored value as it is typed. Empty: not set. */
export function settingToText(field: SettingField, value: Stored): string {
  if (value === null || value === undefined || value === '') return '';
  const number = Number(value);
  if (field.unit === 'share' && Number.isFinite(number)) return typedNumber(Number((number * 100).toFixed(4)));
  if (field.unit === 'minutes' && Number.isFinite(number)) return typedNumber(Number((number / 60).toFixed(2)));
  if (field.unit in SIZES && Number.isFinite(number)) return typedNumber(Number((number / sizeOf(field)).toFixed(2)));
  return String(value);
}

/** What is typed as it is stored, or why it will not do. A comma is a point, as many write it: nobody needs groups here. */
export function textToSetting(
  field: SettingField,
  text: string,
): { readonly value: string } | { readonly why: string } {
  const trimmed = text.trim();
  if (field.unit === 'text') return { value: trimmed };
  const number = Number(trimmed.replace(',', '.'));
  if (trimmed === '' || !Number.isFinite(number) || number < 0) return { why: 'A number, 0 or more' };
  if (field.unit === 'share') return number <= 100 ? { value: String(number / 100) } : { why: 'At most 100 percent' };
  if (field.unit === 'minutes') return { value: String(Math.round(number * 60)) };
  return { value: String(field.unit in SIZES ? Math.round(number * sizeOf(field)) : number) };
}

const sizeOf = (field: SettingField): number => SIZES[field.unit as keyof typeof SIZES];
