/** The device settings `config` knows and what each is, in the order people read them; the instance checks their values. */
export const SETTING_WORDS = {
  name: "what other devices call this one ('': the name of the computer)",
  listen: "HOST:PORT where they connect, from the next start on ('': found by itself)",
  relay: "the address that lockstep relay serve prints ('': none)",
  'limits.up': 'bytes a second that are sent at most (0: no limit)',
  'limits.down': 'bytes a second that are received at most (0: no limit)',
  schedule: "when devices exchange, as 22:00-06:00,12:00-13:00 ('': always)",
  'scan.interval': 'seconds after which everything is looked at again',
  'history.days': 'how long what was replaced or deleted is kept',
  'history.bytes': 'how much of it; the oldest goes first',
  'history.copy-limit': 'bytes of the largest file that is copied before anybody else has it',
  'disk.reserve': 'bytes of the disk that stay free',
  'safety.delete-share': 'deletes of more than this share, from 0 to 1, wait for you',
  'safety.delete-count': '... where they are also more than this many items',
  'safety.rewrite-share': 'as safety.delete-share, of items rewritten',
  keys: 'file, or system: in its keychain, where the app finds one',
} as const;

const WIDEST = Math.max(...Object.keys(SETTING_WORDS).map((name) => name.length));

/** The settings as the help tells them. */
export const settingLines = (): string =>
  Object.entries(SETTING_WORDS)
    .map(([name, words]) => `  ${name.padEnd(WIDEST)}  ${words}`)
    .join('\n');
