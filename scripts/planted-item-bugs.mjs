/*
 * Bugs that cards, occurrences, and servers of both could have: as in planted-bugs.mjs, which tells how they are planted.
 */
const CARDS = ['test/unit/sources/contacts/card-lines.test.ts'];
const OCCURRENCES = ['test/unit/sources/calendars/occurrences.test.ts'];
const RULES = ['test/unit/sources/calendars/rule.test.ts'];
const LOG = ['test/unit/sources/contacts/write-ahead-log.test.ts'];
const CARD_TEXT = ['test/unit/sources/contacts/card-text.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_ITEM_BUGS = [
  {
    about: 'a card is written anew because it was saved again',
    file: 'src/main/sources/contacts/vcard/patch-card.ts',
    find: '  if (changed.every((field) => INCIDENTAL.has(field))) return [];\n',
    replace: '',
    tests: CARDS,
  },
  {
    about: 'what is new in a card becomes part of a component that is never closed, and is lost',
    file: 'src/main/sources/contacts/vcard/patch-card.ts',
    find: 'components.find(({ problem }) => problem !== null)?.start ?? inner.end',
    replace: 'inner.end',
    tests: CARDS,
  },
  {
    about: 'of two entries that come to say the same one is deleted everywhere',
    file: 'src/main/sources/contacts/vcard/restated.ts',
    find: ' || this.#heldBefore(map, said) > alike.length',
    replace: '',
    tests: ['test/unit/sources/contacts/older-lines.test.ts'],
  },
  {
    about: 'of an event of several days only the first is shown',
    file: 'src/main/sources/calendars/occurrences.ts',
    find: ' - CLOCK_CHANGE_MS - lasting;',
    replace: ' - CLOCK_CHANGE_MS;',
    tests: OCCURRENCES,
  },
  {
    about: 'what goes on comes next',
    file: 'src/main/sources/calendars/occurrences.ts',
    find: 'list.find(({ start }) => start >= from)',
    replace: 'list[0]',
    tests: OCCURRENCES,
  },
  {
    about: 'a rule in another order is another rule',
    file: 'src/main/sources/calendars/icalendar/rule.ts',
    find: 'rule[key] = [...new Set(numbers)].sort((a, b) => a - b);',
    replace: 'rule[key] = [...new Set(numbers)];',
    tests: RULES,
  },
  {
    about: 'a rule of whole days ends a day early or late',
    file: 'src/main/sources/calendars/icalendar/rule.ts',
    find: 'if (isDate) return `',
    replace: "if (isDate && time.form === 'date') return `",
    tests: RULES,
  },
  {
    about: 'where the clock was set back a server is not asked for everything for as long',
    file: 'src/main/sources/dav/listed-versions.ts',
    find: 'since < 0 || ',
    replace: '',
    tests: ['test/unit/sources/dav/listed-versions.test.ts'],
  },
  {
    about: 'what a server said to be gone once is deleted as soon as a list leaves it out',
    file: 'src/main/sources/dav/left-out.ts',
    find: '    for (const name of listed) this.#gone.delete(name);\n',
    replace: '',
    tests: ['test/unit/sources/dav/left-out.test.ts'],
  },
  {
    about: 'a server that breaks off what comes at once is given all at once again as soon as before',
    file: 'src/main/sources/dav/put-texts.ts',
    find: '      this.#throughBeforeMore *= 4;\n',
    replace: '',
    tests: ['test/unit/sources/dav/put-texts.test.ts'],
  },
  {
    about: "pages that Thunderbird's database no longer has are read from its log",
    file: 'src/main/sources/contacts/thunderbird/write-ahead-log.ts',
    find: '    if (number <= pages) whole.set',
    replace: '    whole.set',
    tests: LOG,
  },
  {
    about: 'what Thunderbird has not committed yet is read from its log',
    file: 'src/main/sources/contacts/thunderbird/write-ahead-log.ts',
    find: '    if (after === 0) continue;\n    pages = after;\n',
    replace: '    pages = Math.max(after, pages ?? 0);\n',
    tests: LOG,
  },
  {
    about: 'Thunderbird lists and finds what a card does not say any more',
    file: 'src/main/sources/contacts/thunderbird/card-text.ts',
    find: '      if (value === null) properties.delete(name);\n      else properties.set(name, value);\n',
    replace: '      if (value !== null) properties.set(name, value);\n',
    tests: CARD_TEXT,
  },
  {
    about: 'a backslash before a semicolon is lost in Thunderbird',
    file: 'src/main/sources/contacts/thunderbird/plain-semicolons.ts',
    find: "line.value.replace(/\\\\(.)/g, (whole, char: string) => (char === ';' ? ';' : whole))",
    replace: "line.value.replaceAll('\\\\;', ';')",
    tests: CARD_TEXT,
  },
  {
    about: 'a server is written to again and again while it is too busy for that',
    file: 'src/main/sources/dav/dav-place.ts',
    find: 'if (!this.#refusesWrites) this.#asked.worked();',
    replace: 'this.#asked.worked();',
    tests: ['test/unit/sources/dav/condition.test.ts'],
  },
  {
    about: 'a birthday becomes another day, changed',
    file: 'src/main/sources/text/entry-keys/align-keys.ts',
    find: '          if (!equalValues(kindOf(entry.value), kindOf(one.value))) return { at, one, alike: 0 };\n',
    replace: '',
    tests: ['test/unit/sources/text/entry-keys/align-keys.test.ts'],
  },
];
