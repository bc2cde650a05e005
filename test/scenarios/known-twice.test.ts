import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { DuplicateView, ExplainView, PlanView } from '../../src/contract/contract.ts';
import { Device, end, PATIENT, unseenBy } from './device.ts';
import { scratch } from './folder.ts';

let devices: readonly Device[] = [];
afterEach(() => end(...devices));

const card = (uid: string, name: string, ...lines: readonly string[]): string =>
  ['BEGIN:VCARD', 'VERSION:4.0', `UID:${uid}`, `FN:${name}`, ...lines, 'END:VCARD', ''].join('\r\n');

/** Two devices that had a book of contacts each before they met. */
async function meet(here: string, there: string) {
  const [a, b] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  devices = [a, b];
  const [bookA, bookB] = [join(scratch('anna'), 'a.vcf'), join(scratch('bert'), 'b.vcf')];
  writeFileSync(bookA, here);
  writeFileSync(bookB, there);
  const { collection } = await a.ask<{ collection: string }>('add', bookA, '--name', 'people');
  const { link } = await a.ask<{ link: string }>('invite', collection, '--role', 'admin', '--approve-first');
  await b.ask('join', link, bookB, '--format', 'vcard', '--wait');
  await b.sync();
  await a.sync();
  return { a, b, bookA, bookB };
}
async function loseDatabase(device: Device): Promise<void> {
  await device.stop();
  for (const ending of ['', '-wal', '-shm']) rmSync(join(device.data, `lockstep.db${ending}`), { force: true });
  await device.restart();
}
const text = (path: string): string => readFileSync(path, 'utf8');
const count = (path: string): number => text(path).match(/BEGIN:VCARD/g)?.length ?? 0;

it('a card of one UID on both is one contact: what agrees is one, what one lacks is filled in, what differs is asked about', async () => {
  const { a, b, bookA, bookB } = await meet(
    card('ada', 'Ada', 'EMAIL:ada@example.org', 'NOTE:met in Oslo', 'TITLE:Countess'),
    card('ada', 'Ada', 'EMAIL:ada@example.org', 'TEL:+47 22 12 34 56', 'TITLE:Analyst'),
  );
  expect((await a.status()).collections[0]).toMatchObject({ records: 1, conflicts: 1 });
  for (const book of [bookA, bookB]) {
    expect(count(book)).toBe(1);
    for (const line of ['NOTE:met in Oslo', '+47 22 12 34 56']) expect(text(book)).toContain(line);
    expect(text(book).match(/EMAIL/g)).toHaveLength(1);
  }
  expect(text(bookA)).toContain('TITLE:Countess');
  expect(text(bookB)).toContain('TITLE:Analyst');
  const [conflict] = await b.conflicts();
  expect(conflict?.values).toHaveLength(2);
});

it('a card nobody could use is named as such and passed on to nobody, whoever it may be', async () => {
  const ada = card('ada', 'Ada', 'EMAIL:ada@example.org');
  const odd = card('x'.repeat(1100), 'Ada', 'EMAIL:ada@example.org', 'NOTE:of bert');
  const { a, b, bookA, bookB } = await meet(ada, odd);
  const { collections } = await a.status();
  expect(collections[0]).toMatchObject({ records: 1, conflicts: 0, problems: 0 });
  expect(text(bookA)).toBe(ada);
  expect(text(bookB)).toBe(odd + ada);
  expect((await b.ask<{ code: string }[]>('problems')).map(({ code }) => code)).toEqual(['invalid-change']);
});

it('one person under two UIDs is one contact when two books meet, which is told and can be taken back', async () => {
  const { a, b, bookA, bookB } = await meet(
    card('b-1', 'Ada Lovelace', 'EMAIL;TYPE=work:ada@example.org', 'NOTE:met in Oslo', 'TITLE:Countess', 'X-A:of anna'),
    card('a-1', 'Lovelace\\, Ada', 'EMAIL:Ada@Example.org', 'TEL:+47 22 12 34 56', 'TITLE:Analyst', 'X-B:of bert') +
      card('c-1', 'Bob'),
  );
  const one = async () => {
    expect((await a.status()).collections[0]).toMatchObject({ records: 2, conflicts: 1 });
    for (const book of [bookA, bookB]) {
      expect(count(book)).toBe(2);
      for (const line of ['NOTE:met in Oslo', '+47 22 12 34 56', 'X-A:of anna', 'X-B:of bert'])
        expect(text(book)).toContain(line);
      expect(text(book).match(/EMAIL/g)).toHaveLength(1);
    }
    // Each keeps its own UID, and the title it had until somebody says which is right.
    for (const line of ['UID:b-1', 'TITLE:Countess']) expect(text(bookA)).toContain(line);
    for (const line of ['UID:a-1', 'TITLE:Analyst']) expect(text(bookB)).toContain(line);
    expect(text(bookA)).not.toContain('UID:a-1');
    expect(text(bookB)).not.toContain('UID:b-1');
  };
  await one();
  const [conflict] = await a.conflicts();
  expect(conflict?.values).toHaveLength(2);
  expect(await a.ask('duplicates', 'people')).toEqual([]);

  const why = 'found to be one person when the two met on bert, by email ada@example.org and name ada lovelace';
  const came = await a.ask<ExplainView>('explain', 'people', 'a-1');
  expect(came.state).toContain('the same person as b-1');
  expect(came.fields.find(({ path }) => path === 'aliasOf')).toMatchObject({ value: 'b-1', rule: why });
  const is = await b.ask<ExplainView>('explain', 'people', 'b-1');
  expect(is.fields.find(({ path }) => path.startsWith('also/'))?.rule).toBe(why);
  expect(String((await a.cli('history', 'people', '--record', 'b-1')).stdout)).toContain(
    'Same person as a-1 by email ada@example.org, name ada lovelace',
  );

  // A lost database: the books are compared with the collection anew.
  await loseDatabase(b);
  await b.sync();
  await a.sync();
  await one();

  // Edits on both cards meet in one contact.
  await unseenBy([a, b], () => {
    writeFileSync(bookA, text(bookA).replace('met in Oslo', 'met in Bergen'));
    writeFileSync(bookB, text(bookB).replace('22 12 34 56', '22 12 34 99'));
  });
  await a.sync();
  await b.sync();
  for (const book of [bookA, bookB])
    for (const line of ['NOTE:met in Bergen', '22 12 34 99']) expect(text(book)).toContain(line);

  const history = await b.history('people');
  const fused = history.flatMap(({ changes }) => changes).find(({ record }) => record === 'a-1');
  await a.ask('undo', fused!.id);
  await a.sync();
  await b.sync();
  await a.sync();
  expect((await a.status()).collections[0]).toMatchObject({ records: 3 });
  for (const book of [bookA, bookB]) {
    expect(count(book)).toBe(3);
    for (const line of ['UID:a-1', 'UID:b-1', 'TITLE:Countess', 'TITLE:Analyst']) expect(text(book)).toContain(line);
    const cards = text(book).split('BEGIN:VCARD').slice(1);
    const [own, other] = ['UID:b-1', 'UID:a-1'].map((uid) => cards.find((each) => each.includes(uid))!);
    expect(own).toContain('X-A:of anna');
    expect(own).not.toContain('X-B:of bert');
    expect(other).toContain('X-B:of bert');
    expect(other).not.toContain('X-A:of anna');
  }
  expect(await b.ask<readonly DuplicateView[]>('duplicates', 'people')).toMatchObject([{ sure: true }]);
});

it('two cards of one book are never made one, nor is what may be either of two; both are listed, and fused when somebody says so', async () => {
  const { a, b, bookA, bookB } = await meet(
    card('b-1', 'Ada Lovelace', 'EMAIL:ada@example.org', 'NOTE:met in Oslo'),
    card('a-1', 'Lovelace\\, Ada', 'EMAIL:Ada@Example.org', 'TEL:+47 22 12 34 56') +
      card('a-2', 'Ada Lovelace', 'EMAIL:ada@example.org'),
  );
  expect((await b.status()).collections[0]).toMatchObject({ records: 3 });
  const listed = await b.ask<readonly DuplicateView[]>('duplicates', 'people');
  expect(listed.map(({ sure }) => sure)).toEqual([true, true, true]);
  expect(await a.ask('duplicates', 'people')).toEqual(listed);
  await a.ask('duplicates', 'people', 'a-1', 'a-2', '--fuse');
  const { changes } = await a.ask<{ changes: readonly string[] }>('duplicates', 'people', 'a-1', 'b-1', '--fuse');
  await a.sync();
  for (const [device, book] of [
    [a, bookA],
    [b, bookB],
  ] as const) {
    expect(count(book)).toBe(1);
    expect(text(book)).not.toContain('UID:b-1');
    for (const line of ['NOTE:met in Oslo', '+47 22 12 34 56']) expect(text(book)).toContain(line);
    expect(await device.ask('duplicates', 'people')).toEqual([]);
  }
  const explained = await b.ask<ExplainView>('explain', 'people', 'b-1');
  expect(explained.fields.find(({ path }) => path === 'aliasOf')?.value).toBe('a-1');
  const [last] = await b.history('people', '--limit', '1');
  expect(changes.length).toBeGreaterThan(0);
  await b.ask('undo', last!.id);
  await b.sync();
  for (const book of [bookA, bookB]) expect(count(book)).toBe(2);
  await a.ask('duplicates', 'people', 'a-1', 'b-1', '--apart');
  await a.sync();
  expect(await b.ask('duplicates', 'people')).toEqual([]);
  expect(text(bookB)).not.toContain('apart');
});

it('tables, which know no UIDs, meet a book of cards and each other: everybody is there once, also after a lost database', async () => {
  const people = [0, 1, 2].map(
    (at) => [`Given${at} Family${at}`, `p${at}@example.org`, `+47 22 12 34 5${at}`] as const,
  );
  const b = await Device.start('bert');
  devices = [b];
  const root = scratch('bert');
  const bookA = join(root, 'a.vcf');
  const names = (full: string): readonly string[] => full.split(' ');
  writeFileSync(
    bookA,
    people
      .map(([full, email], at) =>
        card(`a-${at}`, full, `N:${names(full)[1]};${names(full)[0]};;;`, `EMAIL;TYPE=home:${email}`, `X-A:${at}`),
      )
      .join(''),
  );
  const google = join(root, 'google.csv');
  writeFileSync(
    google,
    [
      'First Name,Last Name,Notes,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value',
      ...people.map(([full, email, phone]) => `${names(full).join(',')},of google,* Other,${email},Mobile,${phone}`),
      '',
    ].join('\r\n'),
  );
  const ldif = join(root, 'book.ldif');
  writeFileSync(
    ldif,
    people
      .map(
        ([full, , phone]) =>
          `dn: cn=${full}\nobjectclass: person\ncn: ${full}\ngivenName: ${names(full)[0]}\nsn: ${names(full)[1]}\nmobile: ${phone}\nl: Oslo\n`,
      )
      .join('\n'),
  );
  await b.ask('add', bookA, '--name', 'people');
  await b.sync();
  await b.ask('source', 'people', '--add', google, '--format', 'csv-google');
  await b.sync();
  await b.ask('source', 'people', '--add', ldif, '--format', 'ldif');
  await b.sync();
  const outlook = join(root, 'outlook.csv');
  writeFileSync(
    outlook,
    [
      'First Name,Last Name,Job Title,E-mail Address,Mobile Phone',
      ...people.map(([full, email, phone]) => `${names(full).join(',')},Analyst,${email},${phone}`),
      '',
    ].join('\r\n'),
  );
  await b.ask('source', 'people', '--add', outlook, '--format', 'csv-outlook');
  await b.sync();
  const once = async () => {
    expect((await b.status()).collections[0]).toMatchObject({ records: 3, conflicts: 0 });
    expect(count(bookA)).toBe(3);
    for (const line of [/X-A:/g, /\+47 22 12 34 5/g, /@example.org/g, /of google/g, /Oslo/g, /TITLE:Analyst/g])
      expect(text(bookA).match(line), String(line)).toHaveLength(3);
    for (const table of [google, ldif, outlook]) {
      for (const person of people) for (const each of person.slice(1)) expect(text(table).split(each)).toHaveLength(2);
    }
    for (const table of [google, outlook]) expect(text(table).trim().split('\r\n')).toHaveLength(4);
    expect(text(ldif).match(/^dn:/gm)).toHaveLength(3);
  };
  await once();
  const before = [bookA, google, ldif, outlook].map(text);
  // Nobody else has it: all there is are the four files.
  await loseDatabase(b);
  await b.sync();
  await once();
  expect([bookA, google, ldif, outlook].map(text)).toEqual(before);
  writeFileSync(google, text(google).replace(people[1]![2], '+47 22 99 99 99'));
  await b.sync();
  for (const path of [bookA, google, ldif, outlook]) expect(text(path)).toContain('+47 22 99 99 99');
});

it('a book overwritten by another export of it halts, and goes on when somebody says so', async () => {
  const book = (say: (at: number) => string): string =>
    Array.from({ length: 30 }, (_, at) => card(`c-${at}`, `Person ${at}`, `EMAIL:${say(at)}`)).join('');
  const { a, bookA, bookB } = await meet(
    book((at) => `p${at}@example.org`),
    '',
  );
  expect(count(bookB)).toBe(30);
  const before = text(bookB);
  writeFileSync(
    bookA,
    book((at) => `p${at + 1}@example.org`),
  );
  const call = await a.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT, '--json');
  expect(call.status).toBe(4);
  expect(text(bookB)).toBe(before);
  const preview = await a.ask<PlanView>('preview');
  expect(preview.halts).toMatchObject([{ reason: 'mass-rewrite' }]);
  await a.ask('confirm', preview.plan);
  await a.sync();
  expect(text(bookB)).toContain('p30@example.org');
  expect(count(bookB)).toBe(30);
});

it('rows of a table that say too little to be anybody for sure are who they were after their database was lost', async () => {
  const [a, b] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  devices = [a, b];
  const [table, book] = [join(scratch('anna'), 'a.csv'), join(scratch('bert'), 'b.vcf')];
  const columns =
    'First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Notes';
  writeFileSync(
    table,
    `${[columns, ',,,,only@example.org,,,,,', 'Bo,,Bo,,bo@example.org,,,,,', 'Bo,,Bo,,bo@example.org,,,1234567,,', ',,,,,,,,,a note'].join('\r\n')}\r\n`,
  );
  const { collection } = await a.ask<{ collection: string }>('add', table, '--name', 'people');
  const { link } = await a.ask<{ link: string }>('invite', collection, '--role', 'admin', '--approve-first');
  await b.ask('join', link, book, '--format', 'vcard', '--wait');
  await b.sync();
  // What their ids were made of is not what they say any more.
  writeFileSync(
    table,
    text(table)
      .replace(',,,,only@example.org,,,', ',,,,only@example.org,,,7654321')
      .replaceAll('Bo,,Bo,,bo@example.org', 'Bo,,Bo,,bo@example.com')
      .replace('a note', 'another note'),
  );
  await a.sync();
  const before = [text(table), text(book)];
  await loseDatabase(a);
  await a.sync();
  await b.sync();
  expect([text(table), text(book)]).toEqual(before);
  expect((await b.status()).collections[0]).toMatchObject({ records: 4, conflicts: 0, problems: 0 });
  expect((await a.ask<readonly unknown[]>('duplicates', 'people')).length).toBeLessThan(2);
});

it('a number that is only spelled otherwise is no question, whether a card is known by its UID or by what it says', async () => {
  const of = (number: string, uid = 'ada') => card(uid, 'Ada', 'EMAIL:ada@example.org', `TEL;TYPE=cell:${number}`);
  for (const uid of ['ada', 'other']) {
    const { a, bookA, bookB } = await meet(of('+1 555-077-1234'), of('+15550771234', uid));
    expect((await a.status()).collections[0]).toMatchObject({ records: 1, conflicts: 0, problems: 0 });
    expect([text(bookA), text(bookB)]).toEqual([of('+1 555-077-1234'), expect.stringContaining('0771234')]);
    await end(...devices);
  }
});

it('an earlier spelling, found again after a lost database, does not come back', async () => {
  const of = (number: string) => card('ada', 'Ada', 'EMAIL:ada@example.org', `TEL;TYPE=cell:${number}`);
  const { a, b, bookA, bookB } = await meet(of('+43 660 1234567'), '');
  await b.stop();
  writeFileSync(bookA, of('0660 1234567'));
  await a.look();
  rmSync(join(b.data, 'lockstep.db'));
  await b.restart();
  await a.sync();
  expect([text(bookA), text(bookB)]).toEqual([of('0660 1234567'), expect.stringContaining(':0660 1234567')]);
  expect((await a.status()).collections[0]).toMatchObject({ records: 1, conflicts: 0, problems: 0 });
});

it('cards to which another program gives other UIDs are who they were: nothing is lost that their book cannot hold, nobody is asked, and nothing halts', async () => {
  const old = (uid: string | null, name: string, ...lines: readonly string[]): string =>
    card(uid ?? '', name, ...lines)
      .replace('VERSION:4.0', 'VERSION:2.1')
      .replace('UID:\r\n', '');
  const others = Array.from({ length: 30 }, (_, at) => [`Person ${at}`, `TEL:+43 660 12340${10 + at}`] as const);
  const book = (rename: (uid: string) => string | null, ann: readonly string[]): string =>
    [
      old(rename('ann'), 'Ann', ...ann),
      old(rename('cy'), 'Cy'),
      ...others.map(([name, phone]) => old(rename(name), name, phone)),
    ].join('');
  const { a, b, bookA, bookB } = await meet(
    book(() => null, ['TEL:+43 1 2345678']),
    '',
  );
  const edit = (path: string, from: string, to: string): void => writeFileSync(path, text(path).replace(from, to));
  edit(bookB, 'FN:Ann\r\n', 'FN:Ann\r\nHOBBY:chess\r\n');
  await b.sync();
  const before = text(bookB);

  // They had none: each gets one, and one is edited with that; the other device edits it too.
  await b.stop();
  edit(bookB, 'FN:Ann\r\n', 'FN:Ann\r\nTITLE:Dr\r\n');
  writeFileSync(
    bookA,
    book((uid) => `X-${uid.replace(/\W/g, '')}`, ['TEL:+43 1 2345678', 'EMAIL:ann@example.org']),
  );
  await a.ask('sync');
  await b.restart();
  await b.sync();
  await a.sync();
  expect(text(bookB)).toContain('HOBBY:chess');
  expect(text(bookA)).toContain('UID:X-ann\r\nFN:Ann\r\nTEL:+43 1 2345678\r\nEMAIL:ann@example.org\r\nTITLE:Dr');
  expect(await a.conflicts()).toEqual([]);
  // Nothing else of the other book is another.
  const withoutAnn = (cards: string): readonly string[] =>
    cards.split('END:VCARD').filter((each) => !each.includes('FN:Ann'));
  expect(withoutAnn(text(bookB))).toEqual(withoutAnn(before));

  // New ones in other letters, though what it says of that one is another; and one goes.
  edit(bookA, 'UID:X-ann', 'UID:x-ANN');
  edit(bookA, '+43 1 2345678', '+43 1 2345600');
  edit(bookA, old('X-cy', 'Cy'), '');
  await a.sync();
  expect(text(bookB)).toContain('HOBBY:chess');
  expect(text(bookB)).toContain('+43 1 2345600');
  expect([count(bookA), count(bookB)]).toEqual([31, 31]);
  expect(text(bookB)).not.toContain('FN:Cy');

  // And after the database of that device was lost.
  const [cardsA, cardsB] = [text(bookA), text(bookB)];
  await loseDatabase(a);
  await a.sync();
  await b.sync();
  expect([text(bookA), text(bookB)]).toEqual([cardsA, cardsB]);
  expect((await a.ask<unknown[]>('problems')).length).toBe(0);
});

it('a group has the members its own book knows, by the UIDs of that, and keeps those that only the other book has', async () => {
  const group = (uid: string, ...members: readonly string[]): string =>
    card(uid, `Friends ${uid}`, 'KIND:group', ...members.map((member) => `MEMBER:urn:uuid:${member}`));
  const [ada, bob] = ['EMAIL:ada@example.org', 'EMAIL:bob@example.org'];
  const { a, b, bookA, bookB } = await meet(
    card('a1', 'Ada', ada) +
      card('a2', 'Bob', bob) +
      card('a3', 'Cyd', 'EMAIL:cyd@example.org') +
      group('ga', 'a1', 'a3'),
    card('b1', 'Ada', ada) + card('b2', 'Bob', bob) + group('gb', 'b1', 'b2'),
  );
  const cardsIn = (book: string): readonly string[] => text(book).split('END:VCARD');
  const isOf = (uid: string) => (each: string) => each.includes(`UID:${uid}\r\n`);
  /** Members of a group as a book names them. */
  const membersIn = (book: string, uid: string): readonly string[] => {
    const members = [...(cardsIn(book).find(isOf(uid)) ?? '').matchAll(/MEMBER:urn:uuid:(\S+)/g)];
    return members.map(([, member]) => member as string).sort((one, other) => (one < other ? -1 : 1));
  };
  const all = () => [membersIn(bookA, 'ga'), membersIn(bookA, 'gb'), membersIn(bookB, 'ga'), membersIn(bookB, 'gb')];
  const edit = (book: string, uid: string, change: (group: string) => string): void =>
    writeFileSync(
      book,
      cardsIn(book)
        .map((each) => (isOf(uid)(each) ? change(each) : each))
        .join('END:VCARD'),
    );
  edit(bookB, 'gb', (own) => own.replace('MEMBER:urn:uuid:b2\r\n', 'MEMBER:urn:uuid:b2\r\nMEMBER:urn:uuid:a3\r\n'));
  await b.sync();
  await a.sync();
  expect(all()).toEqual([
    ['a1', 'a3'],
    ['a1', 'a2', 'a3'],
    ['a3', 'b1'],
    ['a3', 'b1', 'b2'],
  ]);
  edit(bookA, 'ga', (own) => own.replace('urn:uuid:a3', 'urn:uuid:a2'));
  await a.sync();
  await b.sync();
  expect(all()).toEqual([
    ['a1', 'a2'],
    ['a1', 'a2', 'a3'],
    ['b1', 'b2'],
    ['a3', 'b1', 'b2'],
  ]);
  expect(await a.conflicts()).toEqual([]);
});
