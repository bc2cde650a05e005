import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, RealServer, type ServerName } from '../../scenarios/dav-server-process.ts';
import { simulateFaulty } from './faulty-servers.ts';

const SERVERS: readonly ServerName[] = ['radicale', 'xandikos', 'sabre'];
/** More of them: LOCKSTEP_FAULTY=200 LOCKSTEP_FAULTY_FROM=1000. */
const SEEDS = Number(process.env.LOCKSTEP_FAULTY ?? 2);
const FIRST = Number(process.env.LOCKSTEP_FAULTY_FROM ?? 1);

describe.each(SERVERS)('%s', (name) => {
  const why = missing(name);
  describe.skipIf(why !== null)(`behind a faulty proxy (${why === null ? 'started here' : `skipped: ${why}`})`, () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await RealServer.start(name);
    });
    afterAll(() => server?.end());

    const seeds = Array.from({ length: SEEDS }, (_, at) => String(FIRST + at));
    it.each(seeds)('all comes in step, nothing is lost, doubled or deleted, seed %s', async (seed) => {
      const told: string[] = [];
      const findings = await simulateFaulty(seed, server, (line) => told.push(line));
      expect(findings, told.join('\n')).toEqual([]);
    });
  });
});
