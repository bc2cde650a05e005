/* Planted bugs (planted-bugs.mjs) of what a relay remembers of its groups. */
const FILE = 'src/relay/storage/sqlite-store.ts';
const TESTS = ['test/contracts/relay-store.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_RELAY_STORE_BUGS = [
  {
    about: 'all members read everything anew at a relay once one was removed',
    file: FILE,
    find: "this.#database.run('DELETE FROM member WHERE g = ? AND k = ?', g, k);",
    replace: "this.#database.run('DELETE FROM member WHERE g = ?', g);",
    tests: TESTS,
  },
  {
    about: 'nobody knows at a relay how far the members are once one was removed',
    file: FILE,
    find: "this.#database.run('DELETE FROM heads WHERE g = ? AND k = ?', g, k);",
    replace: "this.#database.run('DELETE FROM heads WHERE g = ?', g);",
    tests: TESTS,
  },
  {
    about: 'who was removed from one group has left another at a relay',
    file: FILE,
    find: "this.#database.run('DELETE FROM mailbox WHERE g = ? AND k = ?', g, k);",
    replace: "this.#database.run('DELETE FROM mailbox WHERE k = ?', k);",
    tests: TESTS,
  },
  {
    about: 'what a member read of one group it has read of another at a relay',
    file: FILE,
    find: "UPDATE member SET sid = max(sid, ?) WHERE g = ? AND k = ?', most, g, k",
    replace: "UPDATE member SET sid = max(sid, ?) WHERE k = ?', most, k",
    tests: TESTS,
  },
  {
    about: 'a relay keeps all of a group for who has not read another',
    file: FILE,
    find: "'SELECT min(sid) AS sid FROM member WHERE g = ?', g",
    replace: "'SELECT min(sid) AS sid FROM member'",
    tests: TESTS,
  },
  {
    about: 'a pack of one group goes from a relay with that of another',
    file: FILE,
    find: "'DELETE FROM pack WHERE g = ? AND id = ?', g, id",
    replace: "'DELETE FROM pack WHERE id = ?', id",
    tests: TESTS,
  },
  {
    about: 'what a relay let go of in one group counts as read in another',
    file: FILE,
    find: "'UPDATE grp SET collected = ?, item_bytes = item_bytes - ? WHERE g = ?', until, size, g",
    replace: "'UPDATE grp SET collected = ?, item_bytes = item_bytes - ?', until, size",
    tests: TESTS,
  },
  {
    about: 'what was left at a relay for who was removed goes from all groups at once',
    file: FILE,
    find: "'DELETE FROM word WHERE g = ? AND k = ?', g, k",
    replace: "'DELETE FROM word WHERE k = ?', k",
    tests: TESTS,
  },
  {
    about: 'who is let into no mailbox of one group spends the tries of another',
    file: FILE,
    find: "'UPDATE mailbox SET tries = tries + 1 WHERE id = ?', id",
    replace: "'UPDATE mailbox SET tries = tries + 1'",
    tests: TESTS,
  },
];
