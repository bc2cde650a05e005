import { describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import type { ListedItem } from '../../../../src/main/sources/source-adapter.ts';
import { asBefore, PlainListedItem, withFresh } from '../../../../src/main/sources/text/listed-again.ts';

const item = (name: string, digest = name, fresh = false): ListedItem =>
  new PlainListedItem(recordId(name), digest.padEnd(16, '.'), { fresh, size: 10, isNameless: false });
const list = (...names: string[]): readonly ListedItem[] => names.map((name) => item(name));
const madeOf = (about: { readonly size?: number; readonly isNameless?: boolean | undefined }): ListedItem =>
  new PlainListedItem(recordId('a'), 'a'.repeat(16), { fresh: false, size: 10, isNameless: false, ...about });
/** Which of `now` are the very ones of `before`: their place there, else -1. */
const shared = (before: readonly ListedItem[], now: readonly ListedItem[]): readonly number[] => {
  const same = asBefore(before);
  return now.map((each) => before.indexOf(same(each)));
};

describe('items of a text that are listed once more', () => {
  it('are the same ones where they say the same', () => {
    expect(shared(list('a', 'b', 'c'), list('a', 'b', 'c'))).toEqual([0, 1, 2]);
  });

  it('are the same ones beside one that changed, came or went', () => {
    const before = list('a', 'b', 'c', 'd');
    expect(shared(before, [item('a'), item('b', 'other'), item('c'), item('d')])).toEqual([0, -1, 2, 3]);
    expect(shared(before, list('a', 'new', 'b', 'c', 'd'))).toEqual([0, -1, 1, 2, 3]);
    expect(shared(before, list('a', 'c', 'd'))).toEqual([0, 2, 3]);
    expect(shared(before, [item('a', 'other'), item('b', 'other'), item('c'), item('d')])).toEqual([-1, -1, 2, 3]);
    expect(shared(list('a', 'b', 'c', 'd', 'e'), list('b', 'd', 'e'))).toEqual([1, 3, 4]);
  });

  it('are others where what is said of them is', () => {
    expect(shared(list('a'), [item('a', 'a', true)])).toEqual([-1]);
    expect(shared([item('a', 'same')], [item('b', 'same')])).toEqual([-1]);
    expect(shared([madeOf({ size: 10 })], [madeOf({ size: 11 })])).toEqual([-1]);
    expect(shared([madeOf({ isNameless: true })], [madeOf({ isNameless: false })])).toEqual([-1]);
    const plain = item('a');
    const named = { ...withFresh(plain, false), id: plain.id, revision: plain.revision };
    expect(shared([named], [item('a')])).toEqual([-1]);
  });

  it('state a UID unless it is said that they do not, also when their times tell something else', () => {
    const made = [undefined, false, true].map((isNameless) => madeOf({ isNameless }));
    for (const fresh of [false, true])
      expect(made.map((each) => withFresh(each, fresh).isNameless)).toEqual([false, false, true]);
  });

  it('keep their revision when their times tell something else', () => {
    const fresh = withFresh(item('a'), true);
    expect([fresh.id, fresh.fresh, Buffer.from(fresh.revision).toString('latin1')]).toEqual([
      'a',
      true,
      `a${'.'.repeat(15)}\0`,
    ]);
    const written = { id: recordId('b'), revision: Uint8Array.of(1), fresh: false, size: 3 };
    expect(withFresh(written, true)).toEqual({ ...written, fresh: true });
  });
});
