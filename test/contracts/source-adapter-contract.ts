import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/main/platform/hash.ts';
import { fieldRule } from '../../src/main/record/field-rules.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { type Digest, type RecordId, recordId } from '../../src/main/record/ids.ts';
import type { Fields } from '../../src/main/record/value.ts';
import type {
  ConstructItem,
  ConstructOutcome,
  ContentPlan,
  ListEvent,
  ListResult,
  Reading,
  Revision,
  SourceAdapter,
} from '../../src/main/sources/source-adapter.ts';

/** A record as a merge would bring it to the source. */
export interface Sample {
  readonly id: RecordId;
  readonly fields: Fields;
  /** The bytes its fields name; null for kinds, and items, without content. */
  readonly content: Uint8Array | null;
}

/** A source to be tried: freshly made, with nothing in it. */
export interface ContractSubject {
  readonly adapter: SourceAdapter;
  /** Three records of different ids, and another state of the first. */
  readonly samples: { readonly a: Sample; readonly a2: Sample; readonly b: Sample; readonly c: Sample };
  /** The group a listing tells an item in. */
  groupOf(id: RecordId): string;
  /** Does what another program would: makes or changes the item (to bytes no sample has), or removes it. */
  edit(id: RecordId, how: 'change' | 'remove'): void;
  /** Everything of the source as it lies there, times of change included: equal only where nothing was written. */
  print(): string;
  close(): Promise<void>;
}

/** What not every source has. */
export interface Peculiarities {
  /** Its items have content, named by digest and given by `readContent`. */
  readonly content: boolean;
  /** Makes part of the source, with samples in it, impossible to list; null where a listing succeeds or fails as a whole. */
  readonly breakGroup: ((subject: ContractSubject) => { readonly group: string; readonly mend: () => void }) | null;
  /** An item that rules keep out of the source; null where there are no rules. */
  readonly outside: RecordId | null;
}

const never = new AbortController().signal;

/** A listing, flattened. */
interface Listed {
  readonly result: ListResult;
  readonly events: readonly ListEvent[];
  readonly groups: readonly string[];
  readonly unlisted: readonly string[];
  readonly revisions: ReadonlyMap<RecordId, Revision>;
}

async function listed(
  adapter: SourceAdapter,
  since: number | null = null,
  within: readonly string[] | null = null,
): Promise<Listed> {
  const events: ListEvent[] = [];
  const result = await adapter.list(since, within, (event) => void events.push(event), never);
  const groups = events.flatMap((event) => (event.is === 'groups' ? event.groups : []));
  return {
    result,
    events,
    groups: groups.map((group) => group.group),
    unlisted: events.flatMap((event) => (event.is === 'unlisted' ? [event.group] : [])),
    revisions: new Map(groups.flatMap((group) => group.items.map((item) => [item.id, item.revision] as const))),
  };
}

const asMade = (sample: Sample, expected: Revision | null = null, replaced: Sample | null = null): ConstructItem => ({
  id: sample.id,
  fields: sample.fields,
  expected,
  replaces: digestIn(replaced),
  content: sample.content === null ? null : ({ from: 'bytes', bytes: sample.content } satisfies ContentPlan),
});
const asGone = (sample: Sample, expected: Revision | null): ConstructItem => ({
  id: sample.id,
  fields: null,
  expected,
  replaces: digestIn(sample),
  content: null,
});
const digestIn = (sample: Sample | null): Digest | null =>
  sample === null || sample.content === null ? null : digestOf(sample.content);

function written(outcome: ConstructOutcome | undefined): Revision {
  expect(outcome).toMatchObject({ done: 'written', revision: expect.any(Uint8Array) });
  return (outcome as { revision: Revision }).revision;
}

/**
 * What every source adapter promises (DESIGN 4), tried on a real one. `open` makes a source with nothing in it; an adapter's own test is
 * this call, and what is peculiar to its format.
 */
export function describeSourceAdapter(
  name: string,
  { content, breakGroup, outside }: Peculiarities,
  open: () => Promise<ContractSubject>,
): void {
  const fresh = async (): Promise<ContractSubject> => {
    const subject = await open();
    onTestFinished(() => subject.close());
    return subject;
  };
  /** A source that holds the three samples, and their revisions. */
  const filled = async () => {
    const subject = await fresh();
    const { a, b, c } = subject.samples;
    const outcomes = await subject.adapter.construct([a, b, c].map((sample) => asMade(sample)));
    const [atA, atB, atC] = outcomes.map(written) as [Revision, Revision, Revision];
    return { ...subject, atA, atB, atC };
  };
  const reading = async (adapter: SourceAdapter, id: RecordId): Promise<Reading> => {
    const [read] = await adapter.read([id], never);
    expect(read).toMatchObject({ id, revision: expect.any(Uint8Array) });
    return read as Reading;
  };
  const expectHolds = async (adapter: SourceAdapter, sample: Sample): Promise<void> => {
    const { fields } = await reading(adapter, sample.id);
    for (const [field, value] of sample.fields)
      expect(fieldRule(adapter.kind, field).same(fields.get(field) ?? null, value), `${sample.id}: ${field}`).toBe(
        true,
      );
    for (const [field, value] of fields)
      expect(
        fieldRule(adapter.kind, field).same(sample.fields.get(field) ?? null, value),
        `${sample.id}: ${field}`,
      ).toBe(true);
  };

  describe(`${name}: looking`, () => {
    it('is ready, and new: nothing is listed', async () => {
      const { adapter } = await fresh();
      expect(await adapter.condition()).toEqual({ is: 'ready' });
      const { revisions, result, unlisted } = await listed(adapter);
      expect([...revisions.keys(), ...unlisted]).toEqual([]);
      expect(result.complete).toBe(true);
    });

    it('lists what is there, each once, in its group', async () => {
      const { adapter, samples, groupOf } = await filled();
      const { events, revisions, result } = await listed(adapter);
      expect(result.complete).toBe(true);
      for (const { id } of [samples.a, samples.b, samples.c]) {
        expect(revisions.has(id)).toBe(true);
        const told = events.flatMap((event) =>
          event.is === 'groups' ? event.groups.filter((group) => group.items.some((item) => item.id === id)) : [],
        );
        expect(told.map((group) => group.group)).toEqual([groupOf(id)]);
      }
    });

    it('gives an item a revision that changes with it, and only with it', async () => {
      const { adapter, samples, edit, atB } = await filled();
      const before = (await listed(adapter)).revisions;
      edit(samples.a.id, 'change');
      const after = (await listed(adapter)).revisions;
      expect(after.get(samples.a.id)).not.toEqual(before.get(samples.a.id));
      expect([before.get(samples.b.id), after.get(samples.b.id)]).toEqual([atB, atB]);
    });

    it('reads items whole, in the order asked, at the revision they were listed with', async () => {
      const { adapter, samples } = await filled();
      const { revisions } = await listed(adapter);
      const asked = [samples.c.id, samples.a.id, samples.b.id];
      const read = (await adapter.read(asked, never)) as readonly Reading[];
      expect(read.map(({ id }) => id)).toEqual(asked);
      expect(read.map(({ revision }) => revision)).toEqual(asked.map((id) => revisions.get(id)));
      for (const { fields } of read) expect(fields.has(EXISTS)).toBe(false);
      for (const sample of [samples.a, samples.b, samples.c]) await expectHolds(adapter, sample);
    });

    it('names an item it cannot read, and reads the others', async () => {
      const { adapter, samples, edit } = await filled();
      edit(samples.b.id, 'remove');
      const read = await adapter.read([samples.a.id, samples.b.id, samples.c.id], never);
      expect(read).toEqual([
        expect.objectContaining({ id: samples.a.id, fields: expect.any(Map) }),
        { id: samples.b.id, code: expect.any(String), detail: expect.any(String) },
        expect.objectContaining({ id: samples.c.id, fields: expect.any(Map) }),
      ]);
    });

    it('writes nothing', async () => {
      const { adapter, samples, print } = await filled();
      const before = print();
      const { result } = await listed(adapter);
      await adapter.read([samples.a.id, samples.b.id], never);
      await listed(adapter, result.token);
      await adapter.condition();
      expect(print()).toBe(before);
    });

    it('since an earlier listing tells what changed, came and went', async () => {
      const { adapter, samples, edit, groupOf } = await filled();
      const { result, revisions } = await listed(adapter);
      edit(samples.a.id, 'change');
      const changed = await listed(adapter, result.token);
      expect(changed.groups).toContain(groupOf(samples.a.id));
      expect(changed.revisions.get(samples.a.id)).not.toEqual(revisions.get(samples.a.id));
      edit(samples.b.id, 'remove');
      const went = await listed(adapter, changed.result.token);
      expect(went.revisions.has(samples.b.id)).toBe(false);
      const told = went.events.some(
        (event) =>
          event.is === 'group-gone' ||
          (event.is === 'groups' && event.groups.some(({ group }) => group === groupOf(samples.b.id))),
      );
      expect(told).toBe(true);
      edit(samples.b.id, 'change');
      expect((await listed(adapter, went.result.token)).revisions.has(samples.b.id)).toBe(true);
    });

    it('since a listing nobody knows tells everything', async () => {
      const { adapter, samples } = await filled();
      const { result } = await listed(adapter);
      const all = await listed(adapter, result.token + 1_000_000);
      expect([samples.a.id, samples.b.id, samples.c.id].filter((id) => !all.revisions.has(id))).toEqual([]);
    });

    it('within a group tells that group alone, and never that others are gone', async () => {
      const { adapter, samples, groupOf, edit } = await filled();
      const group = groupOf(samples.a.id);
      edit(samples.a.id, 'change');
      const { groups, revisions, result, events } = await listed(adapter, null, [group]);
      expect(groups).toEqual([group]);
      expect(revisions.has(samples.a.id)).toBe(true);
      expect(events.filter((event) => event.is === 'group-gone')).toEqual([]);
      expect(result.complete).toBe(false);
    });

    if (breakGroup !== null)
      it('says nothing of what it could not list, least of all a deletion', async () => {
        const subject = await filled();
        const { adapter, samples } = subject;
        const { result, revisions } = await listed(adapter);
        const { group, mend } = breakGroup(subject);
        const isIn = (told: string): boolean => told === group || told.startsWith(`${group}/`);
        for (const since of [null, result.token]) {
          const broken = await listed(adapter, since);
          expect(broken.unlisted).toEqual([group]);
          expect(broken.groups.filter(isIn)).toEqual([]);
          expect(
            broken.events.flatMap((event) => (event.is === 'group-gone' ? [event.group] : [])).filter(isIn),
          ).toEqual([]);
        }
        mend();
        const mended = await listed(adapter);
        expect(mended.unlisted).toEqual([]);
        expect(mended.revisions.get(samples.a.id)).toEqual(revisions.get(samples.a.id));
        expect(mended.revisions.size).toBe(revisions.size);
      });

    if (outside !== null)
      it('leaves out what rules keep outside', async () => {
        const { adapter, edit, samples } = await filled();
        edit(outside, 'change');
        expect([adapter.outside(outside, false), adapter.outside(samples.a.id, false)]).toEqual([true, false]);
        const { revisions, events } = await listed(adapter);
        expect(revisions.has(outside)).toBe(false);
        expect(JSON.stringify(events)).not.toContain(JSON.stringify(outside));
        expect(adapter.rulesVersion()).toBeGreaterThan(0);
      });
  });

  describe(`${name}: constructing`, () => {
    it('makes what is not there, and holds it as it was given', async () => {
      const { adapter, samples } = await fresh();
      const outcomes = await adapter.construct([samples.a, samples.b, samples.c].map((sample) => asMade(sample)));
      expect(outcomes).toEqual(
        [samples.a, samples.b, samples.c].map(({ id }) => ({
          id,
          done: 'written',
          revision: expect.any(Uint8Array),
          kept: null,
        })),
      );
      for (const sample of [samples.a, samples.b, samples.c]) await expectHolds(adapter, sample);
    });

    it('tells the revision under which it is listed next: what we wrote is no difference', async () => {
      const { adapter, samples, atA, atB, atC } = await filled();
      const { revisions } = await listed(adapter);
      expect([samples.a, samples.b, samples.c].map(({ id }) => revisions.get(id))).toEqual([atA, atB, atC]);
    });

    it('replaces what is at the revision expected, and keeps what it replaced', async () => {
      const { adapter, samples, atA } = await filled();
      const [outcome] = await adapter.construct([asMade(samples.a2, atA, samples.a)]);
      expect(written(outcome)).not.toEqual(atA);
      expect(outcome).toMatchObject({ kept: digestIn(samples.a) });
      await expectHolds(adapter, samples.a2);
    });

    it('removes what is at the revision expected', async () => {
      const { adapter, samples, atA } = await filled();
      expect(await adapter.construct([asGone(samples.a, atA)])).toEqual([
        { id: samples.a.id, done: 'written', revision: null, kept: digestIn(samples.a) },
      ]);
      const { revisions } = await listed(adapter);
      expect([revisions.has(samples.a.id), revisions.has(samples.b.id)]).toEqual([false, true]);
    });

    it('makes, changes and removes the same item, again and again', async () => {
      const { adapter, samples } = await fresh();
      let expected: Revision | null = null;
      for (let round = 0; round < 3; round++) {
        expected = written((await adapter.construct([asMade(samples.a, expected)]))[0]);
        expected = written((await adapter.construct([asMade(samples.a2, expected, samples.a)]))[0]);
        const [outcome] = await adapter.construct([asGone(samples.a2, expected)]);
        expect(outcome).toMatchObject({ done: 'written', revision: null });
        expected = null;
      }
      expect((await listed(adapter)).revisions.has(samples.a.id)).toBe(false);
    });

    it('refuses to touch what changed underneath', async () => {
      for (const shall of ['be replaced', 'be removed']) {
        const { adapter, samples, edit, print, atA } = await filled();
        edit(samples.a.id, 'change');
        const before = print();
        const item = shall === 'be removed' ? asGone(samples.a, atA) : asMade(samples.a2, atA, samples.a);
        expect(await adapter.construct([item]), shall).toEqual([
          { id: samples.a.id, done: 'refused', reason: 'changed-underneath', detail: expect.any(String) },
        ]);
        expect(print(), shall).toBe(before);
      }
    });

    it('refuses to write where nothing was expected and something is', async () => {
      const { adapter, samples, print } = await filled();
      const before = print();
      const [outcome] = await adapter.construct([asMade(samples.a2)]);
      expect(outcome).toMatchObject({ id: samples.a.id, done: 'refused', reason: 'changed-underneath' });
      expect(print()).toBe(before);
      await expectHolds(adapter, samples.a);
    });

    it('refuses to bring back what somebody removed meanwhile', async () => {
      const { adapter, samples, edit, atA } = await filled();
      edit(samples.a.id, 'remove');
      const [outcome] = await adapter.construct([asMade(samples.a2, atA, samples.a)]);
      expect(outcome).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
      expect((await listed(adapter)).revisions.has(samples.a.id)).toBe(false);
    });

    it('never puts back what somebody removed meanwhile where it shall go anyway', async () => {
      const { adapter, samples, edit, atA } = await filled();
      edit(samples.a.id, 'remove');
      const [outcome] = await adapter.construct([asGone(samples.a, atA)]);
      // Said to be gone, or not as it was expected: both are true, and the next look settles it.
      if (outcome?.done === 'written') expect(outcome).toMatchObject({ revision: null, kept: null });
      else expect(outcome).toMatchObject({ reason: 'changed-underneath' });
      expect((await listed(adapter)).revisions.has(samples.a.id)).toBe(false);
    });

    it('lets one bad item stop no other, and tells outcomes in the order asked', async () => {
      const { adapter, samples, edit, atA, atB, atC } = await filled();
      edit(samples.b.id, 'change');
      const outcomes = await adapter.construct([
        asGone(samples.c, atC),
        asMade({ ...samples.a2, id: samples.b.id }, atB),
        asMade(samples.a2, atA, samples.a),
      ]);
      expect(outcomes.map(({ id, done }) => [id, done])).toEqual([
        [samples.c.id, 'written'],
        [samples.b.id, 'refused'],
        [samples.a.id, 'written'],
      ]);
      await expectHolds(adapter, samples.a2);
    });

    it('touches nothing it was not asked to', async () => {
      const { adapter, samples, atA, atB, atC } = await filled();
      await adapter.construct([asMade(samples.a2, atA, samples.a)]);
      const { revisions } = await listed(adapter);
      expect([revisions.get(samples.b.id), revisions.get(samples.c.id)]).toEqual([atB, atC]);
    });

    it('asked for nothing writes nothing', async () => {
      const { adapter, print } = await filled();
      const before = print();
      expect(await adapter.construct([])).toEqual([]);
      expect(print()).toBe(before);
    });
  });

  describe(`${name}: what it says it can`, () => {
    it('is true of the fields it holds', async () => {
      const { adapter, samples } = await filled();
      const { fields } = adapter.can;
      for (const { id } of [samples.a, samples.b, samples.c])
        for (const field of (await reading(adapter, id)).fields.keys())
          expect(fields === null || fields.has(field)).toBe(true);
    });

    it('is true of writing', async () => {
      const { adapter, samples } = await fresh();
      const [outcome] = await adapter.construct([asMade(samples.a)]);
      expect(outcome).toMatchObject(adapter.can.write ? { done: 'written' } : { done: 'refused', reason: 'read-only' });
    });

    it('is true of watching', async () => {
      const { adapter, samples, edit, groupOf } = await filled();
      if (!adapter.can.watch) {
        await expect(
          (async () =>
            adapter.watch?.(
              () => {},
              () => {},
            ) ?? Promise.reject(new Error('no watch')))(),
        ).rejects.toThrow();
        return;
      }
      await listed(adapter);
      const heard = Promise.withResolvers<string | null>();
      const isOurs = (group: string | null): boolean => group === null || group === groupOf(samples.a.id);
      const stop = await adapter.watch!(
        (group) => isOurs(group) && heard.resolve(group),
        () => {},
      );
      edit(samples.a.id, 'change');
      expect(isOurs(await heard.promise)).toBe(true);
      await stop();
    });

    it('ends when it is closed', async () => {
      const { adapter, samples } = await filled();
      await adapter.close();
      await expect(adapter.read([samples.a.id], never)).rejects.toThrow();
      await expect(adapter.construct([asMade(samples.a2)])).rejects.toThrow();
    });
  });

  if (content)
    describe(`${name}: content`, () => {
      it('is given as it was at a revision, in the order asked', async () => {
        const { adapter, samples, atA, atB } = await filled();
        const { a, b } = samples;
        const read = (id: RecordId, revision: Revision, offset: number, length: number) => ({
          id,
          revision,
          offset,
          length,
          digest: null,
        });
        const given = await adapter.readContent!([
          read(b.id, atB, 0, b.content!.length),
          read(a.id, atA, 1, 2),
          read(a.id, atA, 0, a.content!.length + 1000),
        ]);
        expect(given.map((bytes) => bytes && Buffer.from(bytes))).toEqual(
          [b.content!, a.content!.subarray(1, 3), a.content!].map((bytes) => Buffer.from(bytes)),
        );
      });

      it('is nothing at a revision that is no more, and of what is not there', async () => {
        const { adapter, samples, edit, atA, atB } = await filled();
        edit(samples.a.id, 'change');
        const given = await adapter.readContent!([
          { id: samples.a.id, revision: atA, offset: 0, length: 10, digest: null },
          { id: recordId('nowhere'), revision: atA, offset: 0, length: 10, digest: null },
          { id: samples.b.id, revision: atA, offset: 0, length: 10, digest: null },
          { id: samples.b.id, revision: atB, offset: 0, length: 1, digest: null },
        ]);
        expect(given.map((bytes) => bytes?.length ?? null)).toEqual([null, null, null, 1]);
      });

      it('is given only where it is the one asked for', async () => {
        const { adapter, samples, atA } = await filled();
        const { id, content } = samples.a;
        const whole = { id, revision: atA, offset: 0, length: content!.length };
        const given = await adapter.readContent!([
          { ...whole, digest: digestOf(content!) },
          { ...whole, digest: digestOf(samples.b.content!) },
        ]);
        expect(given.map((bytes) => bytes?.length ?? null)).toEqual([content!.length, null]);
      });

      it('is not read where only a part of it is asked for by the digest of a whole', async () => {
        const { adapter, samples, atA } = await filled();
        const { id, content } = samples.a;
        const part = content!.subarray(0, content!.length - 1);
        const request = { id, revision: atA, offset: 0, length: part.length };
        const given = await adapter.readContent!([
          { ...request, digest: digestOf(part) },
          { ...request, digest: null },
        ]);
        expect(given.map((bytes) => bytes?.length ?? null)).toEqual([null, part.length]);
      });

      it('is read until as much was read as was to be, whether it was right or wrong', async () => {
        const { adapter, samples, atA, atB } = await filled();
        const { a, b } = samples;
        const wholeA = { id: a.id, revision: atA, offset: 0, length: a.content!.length };
        const wholeB = { id: b.id, revision: atB, offset: 0, length: b.content!.length, digest: null };
        const wrong = { ...wholeA, digest: digestOf(b.content!) };
        const given = await adapter.readContent!([wrong, { ...wholeA, digest: null }, wholeB], a.content!.length + 1);
        expect(given.map((bytes) => bytes?.length ?? null)).toEqual([null, a.content!.length, null]);
      });

      it('may be that of another item, copied or taken', async () => {
        const { adapter, samples, atB, atC } = await filled();
        const { a2, b, c } = samples;
        const copyId = recordId(`${a2.id}-copy`);
        const takenId = recordId(`${a2.id}-taken`);
        const from = (sample: Sample, revision: Revision, take: boolean): ContentPlan => ({
          from: 'item',
          id: sample.id,
          revision,
          take,
        });
        const outcomes = await adapter.construct([
          { ...asMade(b), id: copyId, content: from(b, atB, false) },
          { ...asMade(c), id: takenId, content: from(c, atC, true) },
          asGone(c, atC),
        ]);
        expect(outcomes.map(({ done }) => done)).toEqual(['written', 'written', 'written']);
        await expectHolds(adapter, { ...b, id: copyId });
        await expectHolds(adapter, { ...c, id: takenId });
        await expectHolds(adapter, b);
        expect((await listed(adapter)).revisions.has(c.id)).toBe(false);
      });

      it('of another item that changed is not taken for it', async () => {
        const { adapter, samples, edit, atB } = await filled();
        edit(samples.b.id, 'change');
        const id = recordId(`${samples.a.id}-copy`);
        const [outcome] = await adapter.construct([
          { ...asMade(samples.b), id, content: { from: 'item', id: samples.b.id, revision: atB, take: false } },
        ]);
        expect(outcome).toMatchObject({ id, done: 'refused' });
        expect((await listed(adapter)).revisions.has(id)).toBe(false);
      });

      it('that is not what its digest says is refused', async () => {
        const { adapter, samples } = await fresh();
        const bytes = Uint8Array.from(samples.a.content!, (byte) => byte ^ 1);
        const [outcome] = await adapter.construct([{ ...asMade(samples.a), content: { from: 'bytes', bytes } }]);
        expect(outcome).toMatchObject({ done: 'refused', reason: 'content-wrong' });
        expect((await listed(adapter)).revisions.has(samples.a.id)).toBe(false);
      });

      it('is put together beside its place, piece by piece, and what is wrong is found', async () => {
        const { adapter, samples } = await fresh();
        const { a } = samples;
        const half = Math.floor(a.content!.length / 2);
        const pieces = [a.content!.subarray(0, half), a.content!.subarray(half)].map((bytes, at) => ({
          offset: at * half,
          length: bytes.length,
          digest: digestOf(bytes),
          bytes,
        }));
        const request = {
          digest: digestOf(a.content!),
          size: a.content!.length,
          copies: [],
          parts: [],
          room: null,
          wanted: pieces.map(({ bytes: _, ...wanted }) => wanted),
          pieces: [],
        };
        const staged = await adapter.stage!(request);
        expect(staged.missing).toEqual([0, half]);
        const wrong = Uint8Array.from(pieces[1]!.bytes, (byte) => byte ^ 1);
        // Either at once, or when all is there.
        const found = await adapter.writeStaged!(staged.path, [pieces[0]!, { ...pieces[1]!, bytes: wrong }]);
        expect(found.length === 1 || !(await adapter.isStagedWhole!(staged.path))).toBe(true);
        const again = await adapter.stage!(request);
        expect([again.path, again.missing]).toEqual([staged.path, [half]]);
        expect(await adapter.writeStaged!(staged.path, [{ ...pieces[1]!, bytes: wrong }])).toEqual([half]);
        expect(await adapter.writeStaged!(staged.path, [pieces[1]!])).toEqual([]);
        expect(await adapter.isStagedWhole!(staged.path)).toBe(true);
        expect((await listed(adapter)).revisions.size).toBe(0);
        const [outcome] = await adapter.construct([{ ...asMade(a), content: { from: 'staged', path: staged.path } }]);
        written(outcome);
        await expectHolds(adapter, a);
      });
    });
}
