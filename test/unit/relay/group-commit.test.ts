import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../src/relay/storage/group-commit.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

describe('writes of many callers in one transaction', () => {
  let database: Database.Database;
  let clock: FakeClock;
  let commit: GroupCommit;
  let commits: number[];
  beforeEach(() => {
    database = new Database(':memory:');
    database.exec(`PRAGMA foreign_keys = ON; CREATE TABLE word (text PRIMARY KEY);
      CREATE TABLE after (text REFERENCES word DEFERRABLE INITIALLY DEFERRED)`);
    clock = new FakeClock();
    commits = [];
    commit = new GroupCommit(database, clock, (writes) => commits.push(writes));
  });
  afterEach(() => database.close());

  const put = (text: string, then: () => void = () => {}) =>
    commit.write(() => {
      database.prepare('INSERT INTO word VALUES (?)').run(text);
      then();
      return text;
    });
  const words = () => database.prepare('SELECT text FROM word ORDER BY rowid').pluck().all();

  it('are there in the order of asking, and share a commit', async () => {
    const done = Promise.all(['a', 'b', 'c'].map((text) => put(text)));
    expect(words()).toEqual([]);
    await clock.advance(3);
    expect(await done).toEqual(['a', 'b', 'c']);
    expect([words(), commits]).toEqual([['a', 'b', 'c'], [3]]);
  });

  it('do not wait where they are many', async () => {
    const done = Promise.all(Array.from({ length: 64 }, (_, at) => put(`${at}`)));
    expect(await done).toHaveLength(64);
    expect(commits).toEqual([64]);
  });

  it('one that fails takes nothing of the others along, and leaves nothing', async () => {
    const fails = () => {
      throw new Error('not this one');
    };
    const done = Promise.allSettled([put('a'), put('b', fails), put('c')]);
    commit.flush();
    expect((await done).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(words()).toEqual(['a', 'c']);
  });

  it('are all undone where one of them ends the transaction, as a full disk does: none goes on beside it', async () => {
    const ends = () => {
      database.exec('ROLLBACK');
      throw new Error('database or disk is full');
    };
    const done = Promise.allSettled([put('a'), put('b', ends), put('c')]);
    commit.flush();
    expect((await done).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(words()).toEqual([]);
  });

  it('are not acknowledged where they could not be committed, and later ones are', async () => {
    const dangling = () => database.prepare('INSERT INTO after VALUES (?)').run('nothing of the kind');
    const done = Promise.allSettled([put('a'), put('b', dangling)]);
    commit.flush();
    expect((await done).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([words(), commits]).toEqual([[], []]);
    const later = put('c');
    commit.flush();
    expect([await later, words()]).toEqual(['c', ['c']]);
  });
});
