import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asksForPassword, missing, RealServer, type ServerName } from './dav-server-process.ts';
import { Device, end, PATIENT } from './device.ts';
import { scratch } from './folder.ts';

const card = (uid: string | null, name: string, ...lines: readonly string[]): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    ...(uid === null ? [] : [`UID:${uid}`]),
    `FN:${name}`,
    `N:${name.split(' ').reverse().join(';')};;;`,
    ...lines,
    'END:VCARD',
    '',
  ].join('\r\n');
const event = (uid: string, summary: string, start: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//somebody//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20240101T000000Z',
    `DTSTART:${start}`,
    'DURATION:PT1H',
    `SUMMARY:${summary}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const edit = (file: string, from: string, to: string): void => {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};
const cut = (file: string, part: string): void => {
  const text = readFileSync(file, 'utf8');
  const start = text.lastIndexOf('BEGIN:VCARD', text.indexOf(part));
  writeFileSync(file, text.slice(0, start) + text.slice(text.indexOf('END:VCARD', start) + 11));
};

const SERVERS: readonly ServerName[] = ['radicale', 'xandikos', 'sabre'];

describe.each(SERVERS)('%s', (name) => {
  const why = missing(name);
  describe.skipIf(why !== null)(
    `contacts and events on it (${why === null ? 'started here' : `skipped: ${why}`})`,
    () => {
      let server: RealServer;
      let a: Device;
      let b: Device;
      let collection = '';
      const file = join(scratch('cards'), 'contacts.vcf');
      const text = (): string => readFileSync(file, 'utf8');
      const inStep = async (): Promise<void> => {
        await b.look();
        await a.sync();
        expect([await a.problems(), await b.problems()]).toEqual([[], []]);
      };

      beforeAll(async () => {
        vi.stubEnv('LOCKSTEP_PASSWORD', 'secret');
        [server, a, b] = await Promise.all([RealServer.start(name), Device.start('anna'), Device.start('bert')]);
        await server.send('PUT', `${server.book}first.vcf`, card('u-first', 'Ada First', 'TEL;TYPE=CELL:+1 555 0100'));
        const added = await a.ask<{ collection: string; records: number }>(
          'add',
          server.address(server.book),
          '--name',
          'people',
        );
        expect(added.records).toBe(1);
        collection = added.collection;
        const { link } = await a.ask<{ link: string }>('invite', collection, '--role', 'admin', '--approve-first');
        await b.ask('join', link, file, '--wait');
        await inStep();
      });
      afterAll(async () => {
        vi.unstubAllEnvs();
        await end(a, b);
        await server?.end();
      });

      it('an address there is nothing at is said not to be there, also where the account holds but one book', async () => {
        const call = await a.cli('add', server.address('/nope/'), '--kind', 'contacts', '--json');
        expect([call.status, call.stdout.toString()]).toEqual([
          1,
          expect.stringMatching(/"(?:no-such-path|not-allowed)"/),
        ]);
      });

      it('a card of the server is in the file, and one of the file on the server', async () => {
        expect(text()).toContain('+1 555 0100');
        writeFileSync(
          file,
          text() + card('u-second', 'Bo Second', 'EMAIL;TYPE=WORK:bo@example.com', 'X-OWN;X-P=1:kept'),
        );
        await inStep();
        const { text: there } = await server.holding(server.book, 'u-second');
        expect(there).toContain('bo@example.com');
        expect(there).toMatch(/X-OWN.*:kept/);
      });

      it('an edit on either side changes that field on the other', async () => {
        edit(file, '+1 555 0100', '+1 555 0199');
        const second = await server.holding(server.book, 'u-second');
        await server.send('PUT', second.href, second.text.replace('bo@example.com', 'bo@example.org'));
        await inStep();
        expect((await server.holding(server.book, 'u-first')).text).toContain('+1 555 0199');
        expect(text()).toContain('bo@example.org');
        expect(text()).not.toContain('bo@example.com');
      });

      it('what the server makes of a text is no change: ten quiet rounds write nothing', async () => {
        const before = text();
        const writes = server.writes();
        for (let round = 0; round < 10; round++) {
          await a.look();
          await b.look();
        }
        await inStep();
        expect([server.writes() - writes, text() === before]).toEqual([0, true]);
        const requests = server.passed.length;
        expect(requests).toBeGreaterThan(10);
        console.log(`${name}: 10 quiet rounds, 0 writes; ${writes} writes before`);
      });

      it('a card edited on the server just before it is written: both edits are there', async () => {
        const first = await server.holding(server.book, 'u-first');
        let raced = 0;
        server.before = {
          method: 'PUT',
          run: async () => {
            raced++;
            await server.send(
              'PUT',
              first.href,
              first.text.replace(/END:VCARD/, 'NOTE:written meanwhile\r\nEND:VCARD'),
            );
          },
        };
        // Not before: the watch of the file would be quicker than that on a busy machine.
        edit(file, '+1 555 0199', '+1 555 0122');
        await b.look();
        await a.sync();
        await a.sync();
        await inStep();
        const there = (await server.holding(server.book, 'u-first')).text;
        expect(raced).toBe(1);
        expect(there).toContain('+1 555 0122');
        expect(there).toContain('written meanwhile');
        expect(text()).toContain('written meanwhile');
        expect(await a.conflicts()).toEqual([]);
      });

      it('a card of that UID appears on the server just before: one card in the end, nothing lost', async () => {
        writeFileSync(file, text() + card('u-third', 'Cy Third', 'TEL:+1 555 0303'));
        server.before = {
          method: 'PUT',
          run: () =>
            server
              .send('PUT', `${server.book}other-name.vcf`, card('u-third', 'Cy Third', 'EMAIL:cy@example.com'))
              .then(() => undefined),
        };
        await b.look();
        for (let round = 0; round < 3; round++) await a.look();
        await a.sync();
        const all = [...(await server.texts(server.book)).values()]
          .filter((each) => each.includes('Cy Third'))
          .join('\n');
        expect(all).toContain('+1 555 0303');
        expect(all).toContain('cy@example.com');
        expect(text()).toContain('cy@example.com');
        if (name === 'radicale') {
          expect(all.match(/BEGIN:VCARD/g)).toHaveLength(1);
          await inStep();
        }
      });

      it('a card that is new on the server, and edited there before it is read back: the edit is there', async () => {
        let raced = 0;
        const others = { method: 'REPORT', run: async (): Promise<void> => undefined };
        others.run = async () => {
          const found = [...(await server.texts(server.book))].find(([, each]) => each.includes('u-fourth'));
          if (found === undefined) {
            server.before = others;
            return;
          }
          raced++;
          const [href, each] = found;
          await server.send('PUT', href, each.replace('+1 555 0505', '+1 555 0606'));
        };
        server.before = others;
        writeFileSync(file, text() + card('u-fourth', 'Eve Fourth', 'TEL:+1 555 0505', 'NOTE:of mine'));
        await inStep();
        await inStep();
        expect(raced).toBe(1);
        expect(text()).toContain('+1 555 0606');
        expect(text()).not.toContain('+1 555 0505');
        expect((await server.holding(server.book, 'u-fourth')).text).toContain('NOTE:of mine');
        expect(await a.conflicts()).toEqual([]);
      });

      it('a card without UID in the file gets there, and stays without one here', async () => {
        writeFileSync(file, text() + card(null, 'Di Nameless', 'TEL:+1 555 0404'));
        await inStep();
        expect((await server.holding(server.book, 'Di Nameless')).text).toContain('+1 555 0404');
        expect(text().match(/FN:Di Nameless/g)).toHaveLength(1);
        expect(text().slice(text().lastIndexOf('BEGIN:VCARD'))).not.toContain('UID');
        edit(file, '+1 555 0404', '+1 555 0405');
        await inStep();
        expect((await server.holding(server.book, 'Di Nameless')).text).toContain('+1 555 0405');
      });

      it('deleted on either side is deleted on the other', async () => {
        cut(file, 'Di Nameless');
        await server.send('DELETE', (await server.holding(server.book, 'u-second')).href);
        await inStep();
        expect(text()).not.toContain('u-second');
        await expect(server.holding(server.book, 'Di Nameless')).rejects.toThrow('0 hold');
      });

      it('a server that is down makes the source unavailable, deletes nothing, and is in step once it is back', async () => {
        const before = text();
        await server.shut();
        await a.look();
        await vi.waitFor(async () => {
          await a.look();
          expect((await a.status()).collections[0]?.sources[0]).toMatchObject({ state: 'unavailable' });
        }, WAIT);
        edit(file, '+1 555 0122', '+1 555 0177');
        await b.look();
        expect(text()).toBe(before.replace('+1 555 0122', '+1 555 0177'));
        await server.open();
        await vi.waitFor(async () => {
          await a.look();
          expect((await server.holding(server.book, 'u-first')).text).toContain('+1 555 0177');
        }, WAIT);
        await inStep();
      });

      it.each([403, 507, 412])(
        'a write answered with %s each time: that is said wherever somebody looks',
        async (status) => {
          server.refuses = { method: 'PUT', status };
          const number = `+1 555 0${status}`;
          writeFileSync(file, text().replace(/\+1 555 0\d{3}/, number));
          await b.look();
          await a.sync();
          const view = await a.sync();
          expect(view.collections.find(({ id }) => id === collection)).toMatchObject({ name: 'people', problems: 1 });
          // It is tried again now and then, and works while it is.
          const shown = async () => (await a.status()).collections[0];
          await expect.poll(shown, WAIT).toMatchObject({ state: 'problem', problems: 1 });
          const said = await a.cli('sync', '--wait', '--timeout', PATIENT);
          expect([said.status, said.stdout.toString()]).toEqual([
            0,
            expect.stringMatching(/but for what is named as a problem[\s\S]*people has 1 problem/),
          ]);
          expect(await a.ask('explain', collection, 'u-first')).toMatchObject({
            state: expect.stringContaining('not in step here'),
            problem: { record: 'u-first' },
          });
          server.refuses = null;
          await inStep();
          expect((await server.holding(server.book, 'u-first')).text).toContain(number);
        },
      );

      it('a calendar: events both ways, edited and deleted', async () => {
        const plans = join(scratch('plans'), 'plans.ics');
        await server.send('PUT', `${server.plans}e1.ics`, event('e-1', 'Dentist', '20270301T090000Z'), 'text/calendar');
        const added = await a.ask<{ collection: string; records: number }>(
          'add',
          server.address(server.plans),
          '--name',
          'plans',
        );
        expect(added.records).toBe(1);
        const { link } = await a.ask<{ link: string }>(
          'invite',
          added.collection,
          '--role',
          'admin',
          '--approve-first',
        );
        await b.ask('join', link, plans, '--wait');
        await a.sync();
        expect(readFileSync(plans, 'utf8')).toContain('SUMMARY:Dentist');
        edit(plans, 'SUMMARY:Dentist', 'SUMMARY:Doctor');
        edit(
          plans,
          'END:VCALENDAR',
          event('e-2', 'Lunch', '20270302T120000Z')
            .split(/VERSION.*\r\nPRODID.*\r\n/)[1]!
            .trimEnd(),
        );
        await inStep();
        expect((await server.holding(server.plans, 'e-1')).text).toContain('SUMMARY:Doctor');
        expect((await server.holding(server.plans, 'e-2')).text).toContain('SUMMARY:Lunch');
        const writes = server.writes();
        for (let round = 0; round < 10; round++) await a.look();
        expect(server.writes() - writes).toBe(0);
        await server.send('DELETE', (await server.holding(server.plans, 'e-2')).href);
        await inStep();
        expect(readFileSync(plans, 'utf8')).not.toContain('Lunch');
      });

      const takesOccurrences = name === 'xandikos';
      it.runIf(takesOccurrences)(
        `two dates of a series somebody is asked to are one resource (${takesOccurrences ? 'it takes them' : 'skipped: it takes no occurrence without its series'})`,
        async () => {
          const plans = join(scratch('dates'), 'dates.ics');
          await a.cli('leave', 'plans');
          const { collection: dates } = await a.ask<{ collection: string }>('add', server.address(server.plans));
          const { link } = await a.ask<{ link: string }>('invite', dates, '--role', 'admin', '--approve-first');
          await b.ask('join', link, plans, '--wait');
          const invited = (day: string, title: string): string =>
            event('e-series', title, `${day}T090000Z`).replace('DURATION', `RECURRENCE-ID:${day}T090000Z\r\nDURATION`);
          const add = (text: string): void =>
            edit(plans, 'END:VCALENDAR', text.split(/VERSION.*\r\nPRODID.*\r\n/)[1]!.trimEnd());
          add(invited('20270303', 'First date'));
          await inStep();
          add(invited('20270310', 'Second date'));
          await inStep();
          const both = await server.holding(server.plans, 'e-series');
          expect(both.text).toContain('First date');
          expect(both.text).toContain('Second date');
          await server.send('PUT', both.href, both.text.replace('Second date', 'Second one'), 'text/calendar');
          await inStep();
          expect(readFileSync(plans, 'utf8')).toContain('Second one');
        },
      );

      const asks = asksForPassword(name);
      it.runIf(asks)(
        `a wrong password is named, at first and later, and deletes nothing (${asks ? 'it asks for one' : 'skipped: it asks for none'})`,
        async () => {
          const c = await Device.start('carl');
          try {
            vi.stubEnv('LOCKSTEP_PASSWORD', 'wrong');
            const refused = await c.cli('add', server.address(server.book), '--kind', 'contacts');
            expect(refused.status).not.toBe(0);
            expect(refused.stderr).toContain('does not let me in: look at the user name and the password');
            expect(refused.stderr).not.toContain('wrong');
          } finally {
            vi.stubEnv('LOCKSTEP_PASSWORD', 'secret');
            await end(c);
          }
          const before = text();
          server.setPassword('another');
          await vi.waitFor(async () => {
            await a.look();
            const source = (await a.status()).collections.find((each) => each.id === collection)?.sources[0];
            expect(source).toMatchObject({
              state: 'unavailable',
              reason: expect.stringContaining('look at the user name and the password'),
            });
          }, WAIT);
          expect(text()).toBe(before);
          server.setPassword('secret');
        },
      );
    },
  );
});

const WAIT = { timeout: 240_000, interval: 500 } as const;

describe.each(['radicale', 'sabre'] as const)('%s', (name) => {
  const why = missing(name);
  describe.skipIf(why !== null)(
    `an account that may only read (${why === null ? 'started here' : `skipped: ${why}`})`,
    () => {
      const file = join(scratch('only-read'), 'contacts.vcf');
      let server: RealServer;
      let a: Device;

      beforeAll(async () => {
        vi.stubEnv('LOCKSTEP_PASSWORD', 'secret');
        [server, a] = await Promise.all([RealServer.start(name), Device.start('anna')]);
        await server.send('PUT', `${server.book}first.vcf`, card('u-first', 'Ada First'));
      });
      afterAll(async () => {
        vi.unstubAllEnvs();
        await end(a);
        await server?.end();
      });

      it('is one problem, however many changes wait for it, asks for each no more, and has them once it may write', async () => {
        const { collection } = await a.ask<{ collection: string }>(
          'add',
          server.address(server.book),
          '--name',
          'people',
        );
        writeFileSync(file, '');
        await a.ask('source', collection, '--add', file);
        await a.look();
        server.setRights('r');
        const many = Array.from({ length: 40 }, (_, at) => card(`u-${at}`, `Bo Number${at}`));
        writeFileSync(file, readFileSync(file, 'utf8') + many.join(''));
        await a.look();
        await expect
          .poll(() => a.problems())
          .toMatchObject([{ code: 'not-writable', detail: expect.stringContaining('40 changes wait') }]);
        const [shown] = (await a.status()).collections;
        expect([shown?.problems, shown?.readOnlyPlaces]).toEqual([1, 1]);
        const sent = server.writes();
        await a.look();
        expect(server.writes()).toBe(sent);
        server.setRights('rw');
        await a.look();
        await expect.poll(() => a.problems()).toEqual([]);
        expect((await server.texts(server.book)).size).toBe(41);
      });
    },
  );
});
