import { expect, it } from 'vitest';
import { RememberedAnswers } from '../../../src/renderer/client/remembered-answers.ts';

it('knows an answer as of when it was asked for, and the newest of several', () => {
  const answers = new RememberedAnswers();
  expect(answers.of('a')).toBeNull();
  answers.remember('a', null, 1);
  expect(answers.of('a')).toEqual({ value: null, refresh: 1 });
  answers.remember('a', 'b', 2);
  expect(answers.of('a')).toEqual({ value: 'b', refresh: 2 });
});

it('lets go of the oldest where they are too large, also in what they are made of', () => {
  const answers = new RememberedAnswers(10);
  answers.remember('old', { fields: [{ value: new Uint8Array(4) }] }, 1);
  answers.remember('next', 'text', 1);
  answers.remember('old', { fields: [{ value: new Uint8Array(5) }] }, 2);
  expect(answers.of('next')).not.toBeNull();
  answers.remember('new', new Uint8Array(2), 1);
  expect([answers.of('next'), answers.of('old')?.refresh, answers.of('new')?.refresh]).toEqual([null, 2, 1]);
  answers.remember('huge', new Uint8Array(11), 1);
  expect(['old', 'new', 'huge'].map((one) => answers.of(one))).toEqual([null, null, null]);
});

it('lets go of the oldest where they are too many', () => {
  const answers = new RememberedAnswers();
  for (let at = 0; at <= 2_000; at++) answers.remember(String(at), at, 1);
  expect([answers.of('0'), answers.of('1')?.value]).toEqual([null, 1]);
});
