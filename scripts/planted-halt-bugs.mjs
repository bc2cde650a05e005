/* Planted bugs (planted-bugs.mjs) of the halt: what a look stops for until a person lets go on. */
/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_HALT_BUGS = [
  {
    about: 'a folder in which all is rewritten halts nobody',
    file: 'src/main/take-in/take-in.ts',
    find: 'if (this.#gone.size <= 1 && readings.length <= limits.deleteCount) return null;',
    replace: 'if (this.#gone.size <= 1) return null;',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'a folder in which most is deleted halts nobody',
    file: 'src/main/take-in/take-in.ts',
    find: 'if (this.#gone.size <= 1 && readings.length <= limits.deleteCount) return null;',
    replace: 'if (readings.length <= limits.deleteCount) return null;',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'deleted folders count for the halt as files do',
    file: 'src/main/take-in/take-in.ts',
    find: "?.type !== 'directory';\n    const packed",
    replace: "?.type !== 'none';\n    const packed",
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'moved files count for the halt as deleted ones do',
    file: 'src/main/take-in/take-in.ts',
    find: '!moves.has(id) && countsAsItem(row) && !packed.has(id)',
    replace: 'countsAsItem(row) && !packed.has(id)',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'a folder counts as emptied though other files are in it',
    file: 'src/main/take-in/take-in.ts',
    find: 'present: held - this.#gone.size + added',
    replace: 'present: held - this.#gone.size',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'who lets go on one halt lets go on the next as well',
    file: 'src/main/take-in/take-in.ts',
    find: 'if (plan === confirmed && !dry) return null;',
    replace: 'if (confirmed !== null && !dry) return null;',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'one rewrite is confirmed, and another is taken in',
    file: 'src/main/take-in/take-in.ts',
    find: '[...deleted.map(([id]) => id), ...rewritten.map((reading) => reading.id)].sort();',
    replace: '[...deleted.map(([id]) => id)].sort();',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'a halt is another at every look',
    file: 'src/main/take-in/take-in.ts',
    find: '...rewritten.map((reading) => reading.id)].sort();',
    replace: '...rewritten.map((reading) => reading.id)];',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'a git repository that loses objects and pack halts nobody',
    file: 'src/main/take-in/packed-objects.ts',
    find: 'const known = this.#known.get(objects) ??',
    replace: 'const known = true ||',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
  {
    about: 'a pack that went counts as there',
    file: 'src/main/take-in/take-in.ts',
    find: '.filter((id) => !this.#gone.has(id));\n    const all',
    replace: ';\n    const all',
    tests: ['test/unit/take-in/take-in.test.ts'],
  },
];
