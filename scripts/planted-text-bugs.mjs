/*
 * Bugs that books and calendars could have, in files and on servers: as in planted-bugs.mjs, which tells how they are planted.
 */
const TEXT = ['test/unit/sources/text', 'test/contracts/text-adapter.test.ts', 'test/simulation/books.test.ts'];
const CONTACTS = [
  'test/unit/sources/contacts',
  'test/contracts/text-adapter.test.ts',
  'test/property/vcard-law.test.ts',
];
const CALENDARS = ['test/unit/sources/calendars', 'test/property/icalendar-law.test.ts'];
const DAV = ['test/unit/sources/dav'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_TEXT_BUGS = [
  {
    about: 'what another program writes to a book in the last moment is lost',
    file: 'src/main/sources/text/replace-file.ts',
    find: 'if (!isSameText(before, expected.revision) || !isSameText(after, expected.revision)) {',
    replace: 'if (before === null || after === null) {',
    tests: TEXT,
  },
  {
    about: 'a book on a disk without links is overwritten though somebody wrote to it',
    file: 'src/main/sources/text/replace-file.ts',
    find: '        if (!isAs(fs.lstat(path), expected.revision)) return false;\n        if (bytes',
    replace: '        if (bytes',
    tests: TEXT,
  },
  {
    about: 'a book that was being replaced when the program died is gone',
    file: 'src/main/sources/text/replace-file.ts',
    find: 'if (now === null) fs.rename(aside, path);',
    replace: 'if (now === null) fs.unlink(aside);',
    tests: TEXT,
  },
  {
    about: 'what was written to a book when the program died stays hidden beside what came after it',
    file: 'src/main/sources/text/replace-file.ts',
    find: 'else fs.rename(aside, `',
    replace: 'else if (now.size < 0) fs.rename(aside, `',
    tests: TEXT,
  },
  {
    about: 'a contact somebody just changed is overwritten',
    file: 'src/main/sources/text/construct-texts.ts',
    find: ': equalBytes(digestOf(document.text, native), expected);',
    replace: ': equalBytes(expected, expected);',
    tests: TEXT,
  },
  {
    about: 'a book that is half written by another program is written to',
    file: 'src/main/sources/text/construct-texts.ts',
    find: "    if (document.fresh && own.some(({ id }) => !places.has(id))) return refuseAll('it seems to be written just now');\n",
    replace: '',
    tests: TEXT,
  },
  {
    about: 'what is damaged in a book runs together with what is written beside it',
    file: 'src/main/sources/text/construct-texts.ts',
    find: 'if (before.damaged.length === 0) return true;',
    replace: 'if (before.damaged.length >= 0) return true;',
    tests: TEXT,
  },
  {
    about: 'a contact that another program made a moment ago is made a second time',
    file: 'src/main/sources/text/construct-texts.ts',
    find: 'const isThere = strangers.has(item.id) || (this.#place.many && known.ids.has(item.id));',
    replace: 'const isThere = this.#place.many && known.ids.has(item.id);',
    tests: TEXT,
  },
  {
    about: 'what a book could not hold counts as written',
    file: 'src/main/sources/text/construct-texts.ts',
    find: 'return equalFields(holds, fields) ? written : { ...written, holds };',
    replace: 'return written;',
    tests: TEXT,
  },
  {
    about: 'a book that was read while it changed is not read again',
    file: 'src/main/sources/text/known-revisions.ts',
    find: 'if (!this.vouches || !isOfDocument(this.stored, document.revision)) return false;',
    replace: 'if (!isOfDocument(this.stored, document.revision)) return false;',
    tests: TEXT,
  },
  {
    about: 'a label that two entries of a contact share goes with one of them',
    file: 'src/main/sources/contacts/vcard/patch-card.ts',
    find: "if (known?.part !== null || !others.some(({ lines }) => lines.includes(line))) this.#replace(line, '');",
    replace: "if (known?.part !== null || others.length >= 0) this.#replace(line, '');",
    tests: CONTACTS,
  },
  {
    about: 'of two nicknames in one line both go when one is taken away',
    file: 'src/main/sources/contacts/vcard/patch-card.ts',
    find: "this.#replace(line, kept.length === 0 ? '' :",
    replace: "this.#replace(line, kept.length < parts.length ? '' :",
    tests: CONTACTS,
  },
  {
    about: 'rows of a table that share a word become one person',
    file: 'src/main/sources/contacts/align-rows.ts',
    find: 'if (count >= least * ENOUGH &&',
    replace: 'if (count <= least &&',
    tests: CONTACTS,
  },
  {
    about: 'who has the name of another row, and another e-mail, is taken for it before whoever has its e-mail',
    file: 'src/main/sources/contacts/align-rows.ts',
    find: '  ({ emails }) => emails,\n',
    replace: "  ({ name }) => (name === '' ? NO_SIGNS : [name]),\n  ({ emails }) => emails,\n",
    tests: CONTACTS,
  },
  {
    about: 'a further day a series is left out on brings the days before back',
    file: 'src/main/sources/calendars/icalendar/patch-component.ts',
    find: '[...(members.get(at) ?? membersOf(line, notation)), of.value]',
    replace: '[...(members.get(at) ?? []), of.value]',
    tests: CALENDARS,
  },
  {
    about: 'what a single occurrence lacks comes back from its series',
    file: 'src/main/sources/calendars/icalendar/overrides.ts',
    find: '  for (const field of occurrence.keys()) if (!full.has(field)) patch.set(field, null);\n',
    replace: '',
    tests: CALENDARS,
  },
  {
    about: 'what is said of an occurrence and all later ones is said of it alone',
    file: 'src/main/sources/calendars/icalendar/overrides.ts',
    find: 'range: value.range === true, patch };',
    replace: 'range: false, patch };',
    tests: CALENDARS,
  },
  {
    about: 'an occurrence that differs alone is lost with what is left out',
    file: 'src/main/sources/calendars/icalendar/overrides.ts',
    find: 'override.range || (override.patch.size > 0 && periodOf(override, key) === null);',
    replace: 'override.range || (override.patch.size > 1 && periodOf(override, key) === null);',
    tests: CALENDARS,
  },
  {
    about: 'a contact that changed on its server is overwritten there',
    file: 'src/main/sources/dav/dav-place.ts',
    find: 'if (expected !== null && (etag === null || Buffer.compare(revisionOf(etag), expected) !== 0))',
    replace: 'if (expected !== null && etag === null)',
    tests: DAV,
  },
  {
    about: 'a deletion takes what somebody just wrote on a server',
    file: 'src/main/sources/dav/dav-place.ts',
    find: "server.remove(address, etag ?? '*')",
    replace: "server.remove(address, '*')",
    tests: DAV,
  },
  {
    about: 'what somebody writes to a server at once counts as what the server made of it',
    file: 'src/main/sources/dav/dav-place.ts',
    find: 'if (made !== null && !isOurs && this.#tellsVersions)',
    replace: 'if (made !== null && !isOurs && !this.#tellsVersions && isPage)',
    tests: DAV,
  },
  {
    about: 'the password of an account goes to whatever host a server names',
    file: 'src/main/sources/dav/guarded-fetch.ts',
    find: 'if (url.origin !== account.origin)',
    replace: 'if (redirects > MOST_REDIRECTS)',
    tests: DAV,
  },
  {
    about: 'a published calendar that breaks off deletes what would have come',
    file: 'src/main/sources/dav/subscription-place.ts',
    find: 'if (!ENDED.test(new TextDecoder().decode(bytes.subarray(-TAIL_BYTES))))',
    replace: 'if (!ENDED.test(new TextDecoder().decode(bytes.subarray(-TAIL_BYTES))) && bytes.length === 0)',
    tests: DAV,
  },
  {
    about: 'a page to log in deletes what was in a published calendar',
    file: 'src/main/sources/dav/subscription-place.ts',
    find: 'if (!isCalendar(bytes))',
    replace: 'if (!isCalendar(bytes) && bytes.length === 0)',
    tests: DAV,
  },
];
