/* Planted bugs (planted-bugs.mjs) of what is stored of a collection, and of its logs. */
/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_STORE_BUGS = [
  {
    about: 'what was wrong with a collection that was left is told of the next one',
    file: 'src/main/store/registry-store.ts',
    find: "      'DELETE FROM problem WHERE source = -?',\n",
    replace: '',
    tests: ['test/unit/store/registry-store.test.ts'],
  },
];
