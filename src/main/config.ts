import type { KeysAtRest } from './peers/identity/identity-store.ts';
import { checkedName } from './peers/protocol/display-name.ts';
import { parseRelayUrl } from './peers/relay/relay-url.ts';
import { parseTimeWindows } from './peers/session/time-windows.ts';
import { parseHostAndPort } from './platform/bind-port.ts';
import { LockstepError } from './platform/trouble.ts';
import type { SafetyLimits } from './safety.ts';

type Kind = 'text' | 'number' | 'share' | 'bytes-per-second';

/** Every setting of a device: its default and what it takes (CLI `config`). */
const SETTINGS = {
  name: { kind: 'text', value: '' },
  listen: { kind: 'text', value: '' },
  relay: { kind: 'text', value: '' },
  'limits.up': { kind: 'bytes-per-second', value: 0 },
  'limits.down': { kind: 'bytes-per-second', value: 0 },
  schedule: { kind: 'text', value: '' },
  'scan.interval': { kind: 'number', value: 600 },
  'history.days': { kind: 'number', value: 365 },
  'history.bytes': { kind: 'number', value: 10 * 2 ** 30 },
  'history.copy-limit': { kind: 'number', value: 1 << 20 },
  'disk.reserve': { kind: 'number', value: 256 << 20 },
  'safety.delete-share': { kind: 'share', value: 0.3 },
  'safety.delete-count': { kind: 'number', value: 10 },
  'safety.rewrite-share': { kind: 'share', value: 0.5 },
  keys: { kind: 'text', value: 'file' },
} as const satisfies Record<string, { kind: Kind; value: string | number }>;

export type SettingName = keyof typeof SETTINGS;
type SettingValue = string | number;

/** The settings of this device over what is stored of them. */
export class Config {
  readonly #stored: { setting(key: string): string | null; setSetting(key: string, value: string | null): void };
  readonly #keys: KeysAtRest;
  readonly #changed: (key: SettingName) => void;
  /** As stored; what is asked for every few milliseconds is not read anew each time. */
  readonly #known = new Map<SettingName, string>();

  constructor(
    stored: { setting(key: string): string | null; setSetting(key: string, value: string | null): void },
    keys: KeysAtRest,
    changed: (key: SettingName) => void,
  ) {
    this.#stored = stored;
    this.#keys = keys;
    this.#changed = changed;
  }

  text(name: SettingName): string {
    // Whatever was asked for: where they are.
    if (name === 'keys') return this.#keys.kept;
    let known = this.#known.get(name);
    if (known === undefined) {
      known = this.#stored.setting(`config.${name}`) ?? String(SETTINGS[name].value);
      this.#known.set(name, known);
    }
    return known;
  }
  /** Bytes of a disk (its size, bytes) that stay free. What nobody set is no more than a twentieth: a small disk is to be used as well. */
  reserve(size: number): number {
    const reserve = this.number('disk.reserve');
    return this.#stored.setting('config.disk.reserve') === null ? Math.min(reserve, size / 20) : reserve;
  }
  number(name: SettingName): number {
    return Number(this.text(name));
  }
  all(): { readonly [key: string]: SettingValue } {
    return Object.fromEntries((Object.keys(SETTINGS) as SettingName[]).map((name) => [name, this.value(name)]));
  }
  value(name: SettingName): SettingValue {
    return SETTINGS[name].kind === 'text' ? this.text(name) : this.number(name);
  }

  /** Stores a setting. Fails with `unknown-setting`, `bad-value`, or what is wrong with a name or an address. */
  set(key: string, value: string): SettingName {
    const name = this.named(key);
    const { kind } = SETTINGS[name];
    const number = Number(value);
    if (kind !== 'text' && (value.trim() === '' || !Number.isFinite(number) || number < 0))
      throw new LockstepError('bad-value', `${key} takes a number that is not negative, not "${value}".`, key);
    if (kind === 'share' && number > 1)
      throw new LockstepError('bad-value', `${key} is a share from 0 to 1, not ${value}.`, key);
    if (name === 'scan.interval' && number < 1)
      throw new LockstepError('bad-value', `${key} is at least 1 second, not ${value}.`, key);
    if (name === 'name' && value !== '') checkedName(value);
    if (name === 'listen' && value !== '') parseHostAndPort(value, '::');
    if (name === 'schedule') parseTimeWindows(value);
    if (name === 'relay' && value !== '') parseRelayUrl(value);
    if (name === 'keys') {
      if (value !== 'file' && value !== 'system')
        throw new LockstepError('bad-value', `keys is "file" or "system", not "${value}".`, value);
      this.#keys.move(value);
    }
    this.#stored.setSetting(`config.${name}`, value);
    this.#known.set(name, value);
    this.#changed(name);
    return name;
  }

  named(key: string): SettingName {
    if (!Object.hasOwn(SETTINGS, key))
      throw new LockstepError(
        'unknown-setting',
        `There is no setting "${key}". Known are: ${Object.keys(SETTINGS).join(', ')}.`,
        key,
      );
    return key as SettingName;
  }

  get safety(): SafetyLimits {
    return {
      deleteShare: this.number('safety.delete-share'),
      deleteCount: this.number('safety.delete-count'),
      rewriteShare: this.number('safety.rewrite-share'),
    };
  }
}
