/* Planted bugs (planted-bugs.mjs) of what members know of each other. */
/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_SHARING_BUGS = [
  {
    about: 'a member that has applied nothing any more counts as having all it had',
    file: 'src/main/sharing/acknowledgements.ts',
    find: 'const now = done.get(log) ?? 0;',
    replace: 'const now = done.get(log) ?? this.#of(device).get(log)?.applied ?? 0;',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'what is asked anew of a branch counts as not held',
    file: 'src/main/sharing/acknowledgements.ts',
    find: '{ held: known.held, applied: upTo });',
    replace: '{ held: upTo, applied: upTo });',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'a member counts as having applied what is only asked anew',
    file: 'src/main/sharing/acknowledgements.ts',
    find: 'known !== undefined && known.applied > upTo',
    replace: 'known !== undefined',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'who lost its database counts as having the contents it had',
    file: 'src/main/sharing/member-positions.ts',
    find: 'Math.min(held, known.get(log)?.applied ?? 0, comparable',
    replace: 'Math.min(known.get(log)?.applied ?? 0, comparable',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'who says at a relay that it has lost its database counts as having it',
    file: 'src/main/sharing/member-positions.ts',
    find: '    this.lowerToTold(device);\n    this.notePartial',
    replace: '    this.notePartial',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'who says at a relay that it leaves something out counts as having it',
    file: 'src/main/sharing/member-positions.ts',
    find: '    this.notePartial(device, isPartial);\n',
    replace: '',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
  {
    about: 'who has applied one branch of a log counts as having the other',
    file: 'src/main/sharing/member-positions.ts',
    find: 'Math.min(each.number, comparableUpTo(this.#collection.log, each.log, told))',
    replace: 'each.number',
    tests: ['test/unit/sharing/member-positions.test.ts'],
  },
];
