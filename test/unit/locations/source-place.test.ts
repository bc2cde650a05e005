import { expect, it } from 'vitest';
import { findPlace } from '../../../src/main/locations/source-place.ts';

const nothing = { fs: null as never, realPath: () => null, makeDirectory: () => undefined };

it.each([
  ['~/Documents', /from the top/],
  ['file:///home/ana/Documents', /from the top/],
  ['icloud.com', /begins with https:/],
])('of what is no whole path it is said how one is written: %s', (location, says) => {
  const find = () => findPlace(nothing, location, true, { kind: null, format: null }, []);
  expect(find).toThrow(expect.objectContaining({ code: 'bad-address', message: expect.stringMatching(says) }));
});
