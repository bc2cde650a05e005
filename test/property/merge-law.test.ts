import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/main/change-log/change.ts';
import { difference } from '../../src/main/difference/difference.ts';
import { applyChange } from '../../src/main/merge/apply-change.ts';
import { EMPTY_STATE, type Held, isConflict, type RecordState } from '../../src/main/merge/record-state.ts';
import { fieldRule } from '../../src/main/record/field-rules.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import type { Dot } from '../../src/main/record/ids.ts';
import type { Fields } from '../../src/main/record/value.ts';
import { adopt, type EarlierValue } from '../../src/main/snapshot/adopt.ts';
import { heldAfter, heldOf, isAsShown } from '../../src/main/snapshot/held.ts';
import { planItem } from '../../src/main/snapshot/plan-item.ts';
import { byNumber, dot } from '../fakes/tiny-records.ts';
import { anyItem, anySteps, DEVICES, RECORD_OF_STEPS, RUNS, type Step } from './arbitrary-changes.ts';

type Written = readonly [Dot, Change];

/** Applies changes in this order, each once, however often it comes. */
function merged(changes: readonly Written[], start: RecordState = EMPTY_STATE): RecordState {
  const applied = new Set<Dot>();
  return changes.reduce((state, [by, change]) => {
    if (applied.has(by)) return state;
    const next = applyChange('files', state, by, change, (each) => applied.has(each));
    applied.add(by);
    return next;
  }, start);
}

/** Equal in all that matters: values, the dots of each, and what must never appear; the order of siblings means nothing. */
const canonical = (state: RecordState) => ({
  fields: [...state.fields]
    .map(
      ([field, siblings]) =>
        [
          field,
          siblings.map(({ value, dots }) => JSON.stringify([meaning(value), [...dots].sort((a, b) => a - b)])).sort(),
        ] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1)),
  superseded: [...state.superseded].sort(([a], [b]) => (a < b ? -1 : 1)),
});
/** Who cut a file means nothing. */
const meaning = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && 'chunks' in value ? { ...value, chunks: undefined } : (value ?? false);

/** One device of the history: what it knows, and what its folder holds. */
class Device {
  state: RecordState = EMPTY_STATE;
  held: Held | null = null;
  item: Fields | null = null;
  readonly known: Written[] = [];
  /** All changes there are, in the order in which they were made. */
  readonly all: Written[];
  constructor(all: Written[]) {
    this.all = all;
  }

  /** The folder holds what the record says: planned, written, and compared again. */
  construct(): void {
    const planned = planItem('files', this.state, this.#before(), byNumber);
    if (planned.write) this.item = planned.fields;
    this.held = planned.held;
  }
  #before(): Held | null {
    return heldOf('files', this.state, this.held ?? undefined, byNumber);
  }
  find(now: Fields | null): void {
    this.item = now;
    const before = this.#before();
    const change = difference('files', RECORD_OF_STEPS, before, now);
    if (change === null) return;
    const by = dot(256 + this.all.length);
    this.all.push([by, change]);
    this.#take([by, change]);
    this.held = heldAfter('files', before, change, now, by);
  }
  hear(other: Device): void {
    for (const each of other.known) if (!this.known.some(([by]) => by === each[0])) this.#take(each);
    this.construct();
  }
  #take([by, change]: Written): void {
    // What the folder showed before is written down before the record moves on.
    this.held ??= this.state.fields.size === 0 ? null : this.#before();
    this.state = applyChange('files', this.state, by, change, (each) => this.known.some(([known]) => known === each));
    this.known.push([by, change]);
  }
}

function lived(steps: readonly Step[]): { readonly devices: readonly Device[]; readonly all: readonly Written[] } {
  const all: Written[] = [];
  const devices = Array.from({ length: DEVICES }, () => new Device(all));
  for (const step of steps) {
    const device = devices[step.device]!;
    if ('from' in step) device.hear(devices[step.from]!);
    else device.find(step.now);
  }
  return { devices, all };
}

describe('merging', () => {
  it('comes to the same in any order, with any repetition (20,000 histories)', () => {
    fc.assert(
      fc.property(anySteps, fc.infiniteStream(fc.nat()), (steps, draws) => {
        const { all } = lived(steps);
        const draw = draws[Symbol.iterator]();
        const next = (): number => draw.next().value as number;
        const shuffled = [...all, ...all].map((each) => [next(), each] as const).sort(([a], [b]) => a - b);
        expect(canonical(merged(shuffled.map(([, each]) => each)))).toEqual(canonical(merged(all)));
      }),
      { ...RUNS, numRuns: 20 * RUNS.numRuns },
    );
  });

  it('remembers nothing once everything has come, and loses no value that nobody replaced', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { all } = lived(steps);
        const state = merged(all);
        expect([...state.superseded.values()].flat()).toEqual([]);
        for (const [by, change] of all) {
          for (const write of change.writes) {
            const replaced = all.some(([, other]) =>
              other.writes.some((each) => each.field === write.field && each.replaces.includes(by)),
            );
            const is = (state.fields.get(write.field) ?? []).filter(({ dots }) => dots.includes(by));
            expect(is.length, `${by} ${write.field}`).toBe(replaced ? 0 : 1);
          }
        }
      }),
      RUNS,
    );
  });

  it('is no work where one device wrote alone: what it replaced it had seen', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const [{ state }] = lived(steps.filter(({ device }) => device === 0)).devices as [Device];
        for (const siblings of state.fields.values()) expect(siblings).toHaveLength(1);
      }),
      RUNS,
    );
  });

  it('holds no two values that mean the same', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { state } of lived(steps).devices)
          for (const [field, siblings] of state.fields)
            siblings.forEach((one, at) => {
              for (const other of siblings.slice(at + 1))
                expect(fieldRule('files', field).same(one.value, other.value)).toBe(false);
            });
      }),
      RUNS,
    );
  });
});

describe('a folder and its record', () => {
  it('difference after construct is nothing: nothing ping-pongs', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const device of lived(steps).devices) {
          if (device.state.fields.size === 0) continue;
          device.construct();
          expect(difference('files', RECORD_OF_STEPS, device.held, device.item)).toBeNull();
          expect(planItem('files', device.state, device.held, byNumber).write).toBe(false);
        }
      }),
      RUNS,
    );
  });

  it('are the same everywhere once all have heard all, where no conflict is open', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { devices } = lived(steps);
        for (const one of devices) for (const other of devices) one.hear(other);
        for (const one of devices) for (const other of devices) one.hear(other);
        const [first, ...others] = devices as [Device, ...Device[]];
        for (const other of others) expect(canonical(other.state)).toEqual(canonical(first.state));
        const open = [...first.state.fields].some(([field, siblings]) =>
          isConflict(fieldRule('files', field), siblings),
        );
        if (open || first.state.fields.size === 0) return;
        const fieldsOf = (item: Fields | null) =>
          item &&
          [...item]
            .map(([field, value]) => [field, meaning(value)])
            .filter(([, value]) => value !== false)
            .sort((a, b) => (a < b ? -1 : 1));
        for (const { item, held, state } of devices) {
          expect(fieldsOf(item)).toEqual(fieldsOf(first.item));
          expect(isAsShown('files', held!, state, byNumber)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('that lost its snapshot says only what nobody knows (adoption)', () => {
    fc.assert(
      fc.property(
        anySteps,
        anyItem.filter((item) => item !== null),
        (steps, item) => {
          const { all } = lived(steps);
          const state = merged(all);
          if (state.fields.size === 0) return;
          const earlier: EarlierValue[] = all.flatMap(([by, { writes }]) =>
            writes.map(({ field, value }) => ({ field, value, dot: by })),
          );
          const { held, deleted } = adopt('files', state, item as Fields, () => earlier);
          const change = deleted ? null : difference('files', RECORD_OF_STEPS, held, item);
          for (const write of change?.writes ?? []) {
            if (
              write.field === EXISTS ||
              fieldRule('files', write.field).concurrent === 'larger' ||
              write.value === null
            )
              continue;
            const known = earlier.some(
              (each) => each.field === write.field && fieldRule('files', write.field).same(each.value, write.value),
            );
            expect(known, `${write.field} was known`).toBe(false);
          }
          for (const { dots } of held.values())
            for (const each of dots) expect(all.some(([by]) => by === each)).toBe(true);
        },
      ),
      RUNS,
    );
  });
});
