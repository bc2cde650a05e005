import { expect, it, vi } from 'vitest';
import { RelayError } from '../../../src/main/peers/relay/relay-error.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import { patientStorage, type RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const GROUP = collectionId('01'.repeat(16));
const ITEM = new Uint8Array(3);
const tooMany = (retryAfter: number | null): RelayError =>
  new RelayError('relay-too-many', 'a pause', '', { retryAfter });

/** A relay that answers with what `answers` gives, one after the other. */
function asked(...answers: readonly (number | Error)[]) {
  const clock = new FakeClock();
  const left = [...answers];
  const post = vi.fn(async () => {
    const answer = left.shift() ?? 0;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const done = patientStorage({ post } as unknown as RelayStorage, clock).post(GROUP, ITEM);
  done.catch(() => undefined);
  return { clock, post, done };
}

it('waits as long as the relay wants, and asks for the same again', async () => {
  const { clock, post, done } = asked(tooMany(3), tooMany(null), 7);
  await clock.advance(2999);
  expect(post).toHaveBeenCalledTimes(1);
  await clock.advance(1);
  expect(post).toHaveBeenCalledTimes(2);
  await clock.advance(1000);
  expect(await done).toBe(7);
  expect(post.mock.calls).toEqual([
    [GROUP, ITEM],
    [GROUP, ITEM],
    [GROUP, ITEM],
  ]);
});

it('does not wait for what will not pass, nor longer than half a minute at once, nor for ever', async () => {
  await expect(asked(new RelayError('relay-quota', 'full', '')).done).rejects.toThrow('full');
  await expect(asked(tooMany(31)).done).rejects.toThrow('a pause');
  const { clock, post, done } = asked(...Array.from({ length: 100 }, () => tooMany(1)));
  await clock.advance(100_000);
  await expect(done).rejects.toThrow('a pause');
  expect(post).toHaveBeenCalledTimes(21);
});
