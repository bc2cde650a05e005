/** How a setting is shown and typed. The key and its meaning are the command line's (`lockstep config`). */
export interface SettingField {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** `share`: 0 to 1, typed as a percentage. `mega`: bytes, typed as MB. */
  readonly unit: 'text' | 'number' | 'share' | 'mega';
}
export interface SettingGroup {
  readonly title: string;
  readonly fields: readonly SettingField[];
}

export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'This device',
    fields: [
      { key: 'name', label: 'Name', hint: 'What your other devices call it.', unit: 'text' },
      {
        key: 'listen',
        label: 'Listens on',
        hint: 'HOST:PORT for your other devices. Takes effect at the next start.',
        unit: 'text',
      },
      {
        key: 'relay',
        label: 'Relay',
        hint: 'Address of a relay for devices that do not meet. Empty: none.',
        unit: 'text',
      },
      {
        key: 'scan.interval',
        label: 'Full look for changes every',
        hint: 'Seconds. Changes are also noticed as they happen.',
        unit: 'number',
      },
    ],
  },
  {
    title: 'Speed',
    fields: [
      { key: 'limits.up', label: 'Send at most', hint: 'MB a second. 0: no limit.', unit: 'mega' },
      { key: 'limits.down', label: 'Receive at most', hint: 'MB a second. 0: no limit.', unit: 'mega' },
      { key: 'schedule', label: 'Only at these times', hint: 'For example 22:00-06:00. Empty: always.', unit: 'text' },
    ],
  },
  {
    title: 'History',
    fields: [
      { key: 'history.days', label: 'Keep what was replaced or deleted for', hint: 'Days.', unit: 'number' },
      { key: 'history.bytes', label: 'Use at most', hint: 'MB of this disk.', unit: 'mega' },
      {
        key: 'history.copy-limit',
        label: 'Copy items up to',
        hint: 'MB. Larger ones are kept only where the disk can do it without a copy.',
        unit: 'mega',
      },
      { key: 'disk.reserve', label: 'Leave free', hint: 'MB of the disk are never filled.', unit: 'mega' },
    ],
  },
  {
    title: 'Safety',
    fields: [
      {
        key: 'safety.delete-share',
        label: 'Halt when this much is deleted at once',
        hint: 'Percent of a source; both this and the number below must be passed.',
        unit: 'share',
      },
      { key: 'safety.delete-count', label: '… and at least this many items', hint: 'Items.', unit: 'number' },
      {
        key: 'safety.rewrite-share',
        label: 'Halt when this much is rewritten at once',
        hint: 'Percent of a source.',
        unit: 'share',
      },
    ],
  },
];

type Stored = string | number | boolean | null | undefined;
const MEGA = 1_000_000;

/** A stored value as it is typed. Empty: not set. */
export function settingToText(field: SettingField, value: Stored): string {
  if (value === null || value === undefined || value === '') return '';
  const number = Number(value);
  if (field.unit === 'share' && Number.isFinite(number)) return String(Number((number * 100).toFixed(4)));
  if (field.unit === 'mega' && Number.isFinite(number)) return String(Number((number / MEGA).toFixed(2)));
  return String(value);
}

/** What is typed as it is stored, or why it will not do. */
export function textToSetting(
  field: SettingField,
  text: string,
): { readonly value: string } | { readonly why: string } {
  const trimmed = text.trim();
  if (field.unit === 'text') return { value: trimmed };
  const number = Number(trimmed.replace(',', '.'));
  if (trimmed === '' || !Number.isFinite(number) || number < 0) return { why: 'A number, 0 or more' };
  if (field.unit === 'share') return number <= 100 ? { value: String(number / 100) } : { why: 'At most 100 percent' };
  return { value: String(field.unit === 'mega' ? Math.round(number * MEGA) : number) };
}
