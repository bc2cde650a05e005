import { describe, expect, it } from 'vitest';
import { Config, type SettingName } from '../../src/main/config.ts';
import type { KeysAtRest } from '../../src/main/peers/identity/identity-store.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';

const KEYS: KeysAtRest = {
  kept: 'file',
  move(to) {
    if (to === 'system') throw new LockstepError('not-available', 'no keychain here');
  },
};

function open() {
  const stored = new Map<string, string>();
  const changed: SettingName[] = [];
  const store = {
    setting: (key: string) => stored.get(key) ?? null,
    setSetting: (key: string, value: string | null) =>
      void (value === null ? stored.delete(key) : stored.set(key, value)),
  };
  return { config: new Config(store, KEYS, (key) => changed.push(key)), stored, changed, store };
}

describe('settings', () => {
  it('have defaults', () => {
    const { config } = open();
    expect(config.all()).toEqual({
      'name': '',
      'listen': '',
      'relay': '',
      'limits.up': 0,
      'limits.down': 0,
      'schedule': '',
      'scan.interval': 600,
      'history.days': 365,
      'history.bytes': 10 * 2 ** 30,
      'history.copy-limit': 1 << 20,
      'disk.reserve': 256 << 20,
      'safety.delete-share': 0.3,
      'safety.delete-count': 10,
      'safety.rewrite-share': 0.5,
      'keys': 'file',
    });
    expect(config.safety).toEqual({ deleteShare: 0.3, deleteCount: 10, rewriteShare: 0.5 });
  });

  it('leave no more of a small disk free than a twentieth, unless somebody asked for it', () => {
    const { config } = open();
    expect([config.reserve(2 ** 40), config.reserve(100 << 20)]).toEqual([256 << 20, 5 << 20]);
    config.set('disk.reserve', String(64 << 20));
    expect(config.reserve(100 << 20)).toBe(64 << 20);
  });

  it('are stored, told, and there for the next program', () => {
    const { config, stored, changed, store } = open();
    expect(config.set('limits.up', '250000')).toBe('limits.up');
    config.set('name', 'Änne’s laptop');
    expect([...stored]).toEqual([
      ['config.limits.up', '250000'],
      ['config.name', 'Änne’s laptop'],
    ]);
    expect(changed).toEqual(['limits.up', 'name']);
    const next = new Config(store, KEYS, () => {});
    expect([next.number('limits.up'), next.text('name'), next.value('limits.up')]).toEqual([
      250_000,
      'Änne’s laptop',
      250_000,
    ]);
  });

  it.each([
    ['name', 'two\nlines', 'bad-name'],
    ['listen', 'somewhere', 'bad-address'],
    ['limits.up', '-1', 'bad-value'],
    ['limits.up', '', 'bad-value'],
    ['limits.up', ' ', 'bad-value'],
    ['limits.up', '1 MB', 'bad-value'],
    ['history.days', 'NaN', 'bad-value'],
    ['history.days', 'Infinity', 'bad-value'],
    ['scan.interval', 'often', 'bad-value'],
    ['scan.interval', '0', 'bad-value'],
    ['safety.delete-share', '1.01', 'bad-value'],
    ['safety.rewrite-share', '30', 'bad-value'],
    ['schedule', '22-6', 'bad-value'],
    ['relay', 'relay.example.org', 'bad-relay-url'],
    ['relay', 'http://relay.example.org:8443', 'bad-relay-url'],
    ['relay', 'https://relay.example.org:8443#k=abc', 'bad-relay-url'],
    ['keys', 'keychain', 'bad-value'],
    ['keys', 'system', 'not-available'],
    ['limit.up', '5', 'unknown-setting'],
    ['toString', '5', 'unknown-setting'],
    ['__proto__', '5', 'unknown-setting'],
    ['', '5', 'unknown-setting'],
  ])('%s is not %j: %s', (key, value, code) => {
    const { config, stored, changed } = open();
    expect(() => config.set(key, value)).toThrow(expect.objectContaining({ code }));
    expect([stored.size, changed]).toEqual([0, []]);
  });

  it.each([
    ['safety.delete-share', '0'],
    ['safety.delete-share', '1'],
    ['schedule', '22:00-06:00'],
    ['schedule', ''],
    ['relay', ''],
    ['keys', 'file'],
    ['history.days', '0.5'],
    ['scan.interval', '1'],
  ])('%s may be %j', (key, value) => {
    const { config } = open();
    config.set(key, value);
    expect(config.text(key as SettingName)).toBe(value);
  });

  it('that are unknown are named with those that are known', () => {
    expect(() => open().config.named('limit.up')).toThrow(/"limit\.up".*limits\.up/);
  });
});
