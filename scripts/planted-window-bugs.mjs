/*
 * Bugs that what people see could have, the command line and the doors: as in planted-bugs.mjs, which tells how they are planted.
 */
const WORDS = ['test/unit/renderer/words.test.ts'];
const PARTS = ['test/unit/cli/parts.test.ts'];
const PAGES = ['test/unit/control/browser-access.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_WINDOW_BUGS = [
  {
    about: 'a clash whose marks were edited is decided as if they were not',
    file: 'src/renderer/conflicts/clash.ts',
    find: '      if (start !== null) return null;\n',
    replace: '',
    tests: WORDS,
  },
  {
    about: 'a text loses its last line end where its last clash is decided',
    file: 'src/renderer/conflicts/clash.ts',
    find: "clash.to === text.length && !text.endsWith('\\n')",
    replace: 'clash.to === text.length',
    tests: WORDS,
  },
  {
    about: 'two places of one device that disagree are said to agree',
    file: 'src/renderer/conflicts/conflict-title.ts',
    find: "[device, ...places].join(' ')",
    replace: 'device',
    tests: WORDS,
  },
  {
    about: 'a file of which one side is no text is edited as one',
    file: 'src/renderer/conflicts/editable-text.ts',
    find: "typeof text === 'string' && texts.every((one) => one.text !== null)",
    replace: "typeof text === 'string'",
    tests: WORDS,
  },
  {
    about: 'a month after 31 January is in March',
    file: 'src/renderer/records/month-days.ts',
    find: 'Math.min(day, last.getDate())',
    replace: 'day',
    tests: ['test/unit/renderer/occurrences.test.ts'],
  },
  {
    about: 'an undo of several changes goes on behind one that cannot be undone',
    file: 'src/renderer/client/undo-all.ts',
    find: '      error = reply.error;\n      break;\n',
    replace: '      error = reply.error;\n      continue;\n',
    tests: ['test/unit/renderer/undo-all.test.ts'],
  },
  {
    about: 'a half syllable that is searched is found and not marked',
    file: 'src/contract/search-text.ts',
    find: '(from[at + word.length - 1] ?? 0) + 1',
    replace: 'from[at + word.length] ?? letters.length',
    tests: ['test/unit/contract/search-text.test.ts'],
  },
  {
    about: 'what begins just as a month is over does not come next',
    file: 'src/main/browse/agenda.ts',
    find: 'coming.start >= to &&',
    replace: 'coming.start > to &&',
    tests: ['test/unit/browse/agenda.test.ts'],
  },
  {
    about: 'a list lacks what was not read when an answer failed',
    file: 'src/main/browse/followed-rows.ts',
    find: 'answered.catch(() => this.#forget())',
    replace: 'answered.catch(() => {})',
    tests: ['test/unit/browse/followed-rows.test.ts'],
  },
  {
    about: 'the 31st of February is a day in March',
    file: 'src/main/cli/moment.ts',
    find: 'const parsed = isDay ?',
    replace: 'const parsed = parts ?',
    tests: PARTS,
  },
  {
    about: 'a record that means several by its path is said to be none',
    file: 'src/main/cli/ask-record.ts',
    find: 'throw isUnknown(other) ? failure : other;',
    replace: 'throw failure;',
    tests: PARTS,
  },
  {
    about: 'what may not be written is named by the hidden file that stands for it',
    file: 'src/main/control/wire-error.ts',
    find: 'isOfThread ? (place ?? message) : subject',
    replace: 'place ?? message',
    tests: ['test/unit/control/wire-error.test.ts'],
  },
  {
    about: 'a folder beside that of the pages, whose name begins alike, is served',
    file: 'src/main/control/serve-files.ts',
    find: 'file.startsWith(root + sep)',
    replace: 'file.startsWith(root)',
    tests: ['test/unit/control/browser-server.test.ts'],
  },
  {
    about: 'a token is not spent by a page that has no key, and lets in another',
    file: 'src/main/control/browser-access.ts',
    find: '    const isFresh = this.#spend(token);\n    if (!isKey(key)) return null;\n',
    replace: '    if (!isKey(key)) return null;\n    const isFresh = this.#spend(token);\n',
    tests: PAGES,
  },
  {
    about: 'the page that is used goes before those that are not',
    file: 'src/main/control/known-pages.ts',
    find: '    this.#used.delete(key);\n    this.#used.set',
    replace: '    this.#used.set',
    tests: PAGES,
  },
  {
    about: 'a folder whose name begins with two dots is outside of the one it is in',
    file: 'src/main/locations/path-below.ts',
    find: "way === '..' ||",
    replace: "way.startsWith('..') ||",
    tests: ['test/unit/locations/path-below.test.ts'],
  },
];
