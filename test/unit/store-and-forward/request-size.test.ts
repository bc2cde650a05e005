import { expect, it } from 'vitest';
import { asRelayError, refusalOf } from '../../../src/main/peers/relay/relay-error.ts';
import { brokenOff, RequestSize } from '../../../src/main/store-and-forward/request-size.ts';

it('requests are four times smaller after each that broke off, down to the least, and larger again after sixteen that did not', () => {
  const size = new RequestSize();
  const now = () => [size.of(4096, 64), size.of(1000, 1)];
  const sizes = [now()];
  for (let time = 0; time < 6; time++) {
    size.brokeOff();
    sizes.push(now());
  }
  expect(sizes).toEqual([
    [4096, 1000],
    [1024, 250],
    [256, 62],
    [64, 15],
    [64, 3],
    [64, 1],
    [64, 1],
  ]);
  for (let time = 0; time < 15; time++) size.wentThrough();
  expect(now()).toEqual([64, 1]);
  size.wentThrough();
  expect(now()).toEqual([64, 3]);
  for (let time = 0; time < 4 * 16; time++) size.wentThrough();
  expect(now()).toEqual([4096, 1000]);
});

it('a line broke off where there is no answer, and not where one says why', () => {
  const failed = (code: string) => asRelayError(Object.assign(new Error(code), { code }), 'https://relay.example');
  expect(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'].map((code) => brokenOff(failed(code)))).toEqual([
    'again',
    'again',
    'later',
  ]);
  const refusals = [503, 507, 400].map((status) => refusalOf(status, undefined, null, 'https://relay.example'));
  expect([...refusals, new Error('no room on the disk')].map(brokenOff)).toEqual([null, null, null, null]);
});
