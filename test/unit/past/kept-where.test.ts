import { beforeEach, describe, expect, it } from 'vitest';
import { keptWhere } from '../../../src/main/past/kept-where.ts';
import { type Dot, recordId } from '../../../src/main/record/ids.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

const letter = recordId('letter');

let group: CollectionGroup;
let laptop: GroupDevice;
let phone: GroupDevice;
beforeEach(() => {
  group = new CollectionGroup(2, 'kept where');
  [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
});

/** A device writes the letter, or deletes it, and everybody hears of it. */
function write(device: GroupDevice, text: string | null): void {
  device.save(letter, text);
  group.exchange();
  group.tick();
}
/** Who has the text that one change of the letter wrote, as the laptop says, which has nothing any more; counted from the first. */
function kept(text: string, at: number) {
  const dots = changes();
  return keptWhere(laptop.port, entryOf(text), dots[at] as Dot, dots[at + 1] ?? null);
}
const changes = () => laptop.collection.log.changesOf(laptop.collection.records.find(letter)?.row ?? -1);
const entryOf = (text: string) => {
  const entry = laptop.file(text);
  laptop.bytes.clear();
  return entry;
};

describe('who has what a change wrote', () => {
  it('is whoever had applied it when another replaced or deleted it', () => {
    write(laptop, 'first');
    write(laptop, 'second');
    write(laptop, null);
    expect([kept('first', 0), kept('second', 1)]).toEqual([[phone.id], [phone.id]]);
  });

  it('is not whose own user replaced it, nor whose own user deleted it', () => {
    write(laptop, 'first');
    write(phone, 'second');
    write(laptop, 'third');
    write(phone, null);
    expect([kept('first', 0), kept('second', 1), kept('third', 2)]).toEqual(['no', [phone.id], 'no']);
  });

  it('is not whose own user deleted it beside an edit of another, nor who may have got it together with that', () => {
    write(laptop, 'first');
    laptop.save(letter, 'kept');
    phone.save(letter, 'edited');
    phone.save(letter, null);
    group.exchange();
    const edited = changes()[2] as Dot;
    expect(keptWhere(laptop.port, entryOf('edited'), edited, null)).toEqual('no');
    expect(keptWhere(laptop.port, entryOf('kept'), changes()[1] as Dot, null)).toEqual([phone.id]);
    const [other] = phone.port.members.others();
    if (other === undefined) throw new Error('there are two');
    const passedOver = (_: unknown, ended: readonly unknown[]) => ended.length > 0;
    const members = { ...phone.port.members, others: () => [{ ...other, passedOver }] };
    phone.bytes.clear();
    const dot = phone.collection.log.changesOf(phone.collection.records.find(letter)?.row ?? -1)[1] as Dot;
    expect(keptWhere({ ...phone.port, members }, entryOf('edited'), dot, null)).toEqual('no');
  });

  it('is nobody who may have got it together with what ended it', () => {
    write(laptop, 'first');
    write(laptop, 'second');
    write(laptop, null);
    const [other] = laptop.port.members.others();
    if (other === undefined) throw new Error('there are two');
    const asked: unknown[] = [];
    const passedOver = (written: { number: number }, ended: readonly { number: number }[]) =>
      asked.push([written.number, ...ended.map(({ number }) => number)]) > 0;
    const members = { ...laptop.port.members, others: () => [{ ...other, passedOver }] };
    const where = (text: string, at: number) =>
      keptWhere({ ...laptop.port, members }, entryOf(text), changes()[at] as Dot, null);
    expect([where('first', 0), where('second', 1), asked]).toEqual([
      'no',
      'no',
      [
        [1, 2],
        [2, 3],
      ],
    ]);
  });

  it('is told of each of a hundred values by looking at the changes beside it, whatever came later', () => {
    for (let at = 0; at < 100; at++) write(at % 10 === 9 ? phone : laptop, `version ${at}`);
    const dots = changes();
    const entries = dots.map((_, at) => laptop.file(`version ${at}`));
    laptop.bytes.clear();
    const { packages } = laptop.collection;
    const changeAt = packages.changeAt.bind(packages);
    let looked = 0;
    packages.changeAt = (dot) => {
      looked++;
      return changeAt(dot);
    };
    const where = entries
      .slice(0, -1)
      .map((entry, at) => keptWhere(laptop.port, entry, dots[at] as Dot, dots[at + 1]!));
    // What the phone replaced itself it may not have kept; of what it wrote it has all but what it then replaced.
    expect(where).toEqual(entries.slice(0, -1).map((_, at) => (at % 10 === 8 ? 'no' : [phone.id])));
    expect(looked).toBeLessThan(100 * 20);
  });
});
