import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missing, RealServer } from './dav-server-process.ts';
import { Device, end } from './device.ts';
import { scratch } from './folder.ts';

const EVENT =
  'BEGIN:VEVENT\r\nUID:e-1\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20270301T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\n';
const TASK = 'BEGIN:VTODO\r\nUID:t-1\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:Buy bread\r\nEND:VTODO\r\n';
const wrapped = (inside: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\n${inside}END:VCALENDAR\r\n`;
/** A calendar that takes only this, as Nextcloud makes one for tasks. */
const calendarOf = (component: string): string =>
  `<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<displayname>One sort</displayname><C:supported-calendar-component-set><C:comp name="${component}"/></C:supported-calendar-component-set>
</prop></set></C:mkcalendar>`;

// Of the servers that can be started here only this one keeps to it.
const why = missing('sabre');
describe.skipIf(why !== null)(
  `a calendar of a server for one sort of entries (${why === null ? 'started here' : `skipped: ${why}`})`,
  () => {
    let server: RealServer;
    let device: Device;
    beforeAll(async () => {
      vi.stubEnv('LOCKSTEP_PASSWORD', 'secret');
      [server, device] = await Promise.all([RealServer.start('sabre'), Device.start('anna')]);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await end(device);
      await server?.end();
    });

    it.each([
      ['tasks', 'VTODO', { taken: 't-1', not: 'e-1', without: TASK }],
      ['events', 'VEVENT', { taken: 'e-1', not: 't-1', without: EVENT }],
    ] as const)('that takes only %s has those; the rest stays here, and is named with why', async (name, sort, is) => {
      const place = server.plans.replace(/[^/]+\/$/, `${name}/`);
      await server.send('MKCALENDAR', place, calendarOf(sort), 'text/xml');
      const { collection } = await device.ask<{ collection: string }>('add', server.address(place), '--name', name);
      const file = join(scratch(name), 'plans.ics');
      const both = wrapped(EVENT + TASK);
      writeFileSync(file, both);
      await device.ask('source', collection, '--add', file, '--format', 'icalendar');
      await device.look();
      const problems = async () => (await device.problems()).filter(({ record }) => record === is.not);
      await expect
        .poll(problems)
        .toMatchObject([{ code: 'not-taken', detail: expect.stringMatching(/only events, others only tasks.*stays/) }]);
      const there = [...(await server.texts(place)).values()];
      expect(there).toEqual([expect.stringContaining(`UID:${is.taken}`)]);
      expect(readFileSync(file, 'utf8')).toBe(both);
      writeFileSync(file, wrapped(is.without));
      await device.look();
      await expect.poll(problems).toEqual([]);
      expect((await server.texts(place)).size).toBe(1);
    });
  },
);
