import { expect, it } from 'vitest';
import { recordId } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { NOT_WRITABLE, ProblemStore, STAYS } from '../../../src/main/store/problem-store.ts';

const [a, b] = [recordId('docs/a.txt'), recordId('docs')];

it('a problem is as old as what is wrong, however often that is found', () => {
  const database = openDatabase(':memory:');
  const problems = new ProblemStore(database);
  problems.put(1, a, 'unreadable', 'It cannot be read.', 5);
  problems.put(1, a, 'unreadable', 'It still cannot be read.', 9);
  expect(problems.find(1, a)).toMatchObject({ code: 'unreadable', detail: 'It still cannot be read.', since: 5 });
  problems.put(1, a, 'disk-full', 'There is no room.', 11);
  expect(problems.find(1, a)).toMatchObject({ code: 'disk-full', detail: 'There is no room.', since: 11 });
  expect(new ProblemStore(database).of(1)).toEqual(problems.of(1));
});

it('a person is told of no directory that stays for what lives in it', () => {
  const problems = new ProblemStore(openDatabase(':memory:'));
  problems.put(1, a, 'unreadable', 'It cannot be read.', 5);
  problems.put(1, b, STAYS, 'Something lives in it.', 5);
  problems.put(2, a, 'unreadable', 'It cannot be read.', 5);
  expect([problems.count(1), problems.countNamed(1), problems.staying(1)]).toEqual([2, 1, [b]]);
});

it('a person is told once of a place that may only be read, whatever waits for it', () => {
  const problems = new ProblemStore(openDatabase(':memory:'));
  problems.put(1, b, 'unreadable', 'It cannot be read.', 5);
  for (let at = 0; at < 500; at++) problems.put(1, recordId(`card ${at}`), NOT_WRITABLE, 'It may only be read.', 5);
  expect([problems.count(1), problems.countNamed(1)]).toEqual([501, 2]);
});

it('nothing is wrong in a source that is no more, and nothing changes for the others', () => {
  const problems = new ProblemStore(openDatabase(':memory:'));
  for (const source of [1, 2]) problems.put(source, a, 'unreadable', 'It cannot be read.', 5);
  problems.dropAll(1);
  expect([problems.has(1, a), problems.find(1, a), problems.count(1)]).toEqual([false, null, 0]);
  expect([problems.has(2, a), problems.of(2).length]).toEqual([true, 1]);
});
