import { expect, it } from 'vitest';
import { DavPlace, type DavPlaceOptions } from '../../../../src/main/sources/dav/dav-place.ts';
import { ServerBusy } from '../../../../src/main/sources/dav/server-busy.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const URL = 'https://dav.example/book/';

function placeAt(server: Partial<DavPlaceOptions['server']>, clock = new FakeClock()): DavPlace {
  const random = new SeededRandom('condition');
  return new DavPlace({ server: server as DavPlaceOptions['server'], url: URL, kind: 'contacts', clock, random });
}

it.each(['calendar', null] as const)(
  'an address at which there are no contacts any more (%s) is away',
  async (kind) => {
    const condition = await placeAt({ kindAt: async () => kind }).condition(true);
    expect(condition).toMatchObject({
      is: 'unavailable',
      detail: expect.stringContaining('holds no contacts any more'),
    });
  },
);

it('a server too busy to be written to is left alone for longer each time, however well it answers else', async () => {
  const clock = new FakeClock();
  const place = placeAt(
    {
      kindAt: async () => 'contacts',
      list: async () => ({ resources: [], untold: [], token: null, isDoubtful: false }),
      put: async () => {
        throw new ServerBusy(URL, '503 Busy', null);
      },
    },
    clock,
  );
  const pauses: number[] = [];
  for (let time = 0; time < 4; time++) {
    await place.list();
    await expect(place.write('/book/a.vcf', null, new Uint8Array(1))).rejects.toMatchObject({ code: 'server-busy' });
    const from = clock.now();
    while ((await place.condition()).is !== 'ready') await clock.advance(1000);
    pauses.push(clock.now() - from);
  }
  // Each is between half and all of what it might be, which is twice that of the one before.
  expect(pauses[0]).toBeGreaterThan(0);
  expect(pauses[3]).toBeGreaterThan(2 * (pauses[0] as number));
});
