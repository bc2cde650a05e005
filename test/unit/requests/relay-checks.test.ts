import { expect, it } from 'vitest';
import type { CollectionView, RelayView } from '../../../src/contract/contract.ts';
import { relayChecks } from '../../../src/main/requests/relay-checks.ts';
import { plain } from '../../fakes/sample-data.ts';

const url = 'https://relay.example.org:8443#k=abc';
const using = (relay: Partial<RelayView> | null): CollectionView => ({
  ...plain,
  id: 'c',
  name: 'Docs',
  sources: [],
  relay: relay === null ? null : { url, state: 'level', waiting: 0, why: null, ...relay },
});

it('says of each relay whether it can be used, and what helps', () => {
  expect(relayChecks([using({}), using({}), using(null)])).toEqual([
    { check: 'relay', ok: true, detail: 'relay.example.org:8443: Connected', fix: null },
  ]);
  const why = `The relay ${url} does not answer: nothing listens there.`;
  expect(relayChecks([using({ state: 'offline', why })])).toEqual([
    {
      check: 'relay',
      ok: false,
      detail: 'The relay relay.example.org:8443 does not answer: nothing listens there',
      fix: expect.stringContaining('lockstep relay serve'),
    },
  ]);
  expect(relayChecks([using(null)])).toEqual([]);
});

it('advises more room, or to do without, where it is full: on the device that finds it so and on the one that waits', () => {
  const full = using({ state: 'trouble', why: `The relay ${url} has no room left for this.`, full: true });
  for (const collection of [full, using({ full: true })])
    expect(relayChecks([collection])).toEqual([
      {
        check: 'relay',
        ok: false,
        detail: 'relay.example.org:8443: It has no room left for contents of Docs',
        fix: expect.stringMatching(/same time.*--room/s),
      },
    ]);
});
