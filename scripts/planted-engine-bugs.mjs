/* Planted bugs (planted-bugs.mjs) of one device and its collections: folders that come and go, a collection that is left. */
const TESTS = ['test/unit/engine.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_ENGINE_BUGS = [
  {
    about: 'a folder that gets the row of a former one deletes everywhere what is not in it',
    file: 'src/main/engine.ts',
    find: '        collection.records.dropSnapshots(row);\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'a folder has the problems of the one whose row it got',
    file: 'src/main/engine.ts',
    find: '        collection.problems.dropAll(row);\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'a folder that is let go of is there again after a start',
    file: 'src/main/engine.ts',
    find: '        this.registry.removeSource(row);\n      });',
    replace: '      });',
    tests: TESTS,
  },
  {
    about: 'what changes is still noted for a folder that is none any more',
    file: 'src/main/engine.ts',
    find: '      collection.sourcesChanged();\n      this.savePlaces();',
    replace: '      this.savePlaces();',
    tests: TESTS,
  },
  {
    about: 'a folder that was let go of is a place still where the database is lost',
    file: 'src/main/engine.ts',
    find: '      collection.sourcesChanged();\n      this.savePlaces();',
    replace: '      collection.sourcesChanged();',
    tests: TESTS,
  },
  {
    about: 'a folder that could not be taken is one all the same',
    file: 'src/main/engine.ts',
    find: '      if (!this.#isStopping) this.registry.removeSource(source.row);\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'a folder is taken twice',
    file: 'src/main/engine.ts',
    find: '    checkApart(path, this.#taken());\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'what is under way is stored in a collection that was left',
    file: 'src/main/engine.ts',
    find: '    replica.collection.end();\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'a collection that was left is there again after a start',
    file: 'src/main/engine.ts',
    find: '    this.registry.removeCollection(replica.collection.stored.row);\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'nobody hears that a member left',
    file: 'src/main/engine.ts',
    find: '    if (isMember && isToBeTold) membership.remove(this.deviceId, cut, now);\n',
    replace: '',
    tests: TESTS,
  },
  {
    about: 'a folder that is let go of is marked as one of ours for ever',
    file: 'src/main/open-sources.ts',
    find: '      await synchronizer.adapter.release?.();\n',
    replace: '',
    tests: TESTS,
  },
];
