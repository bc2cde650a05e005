import { describe, expect, it } from 'vitest';
import { PackMemory } from '../../../src/main/store-and-forward/pack-memory.ts';
import { flush } from '../../fakes/flush.ts';

/** Work that ends when it is told to. */
function held() {
  const begun: Uint8Array[] = [];
  const end: (() => void)[] = [];
  const work = (memory: Uint8Array): Promise<void> => {
    begun.push(memory);
    return new Promise((resolve, reject) => {
      end.push(resolve);
      fails.push(() => reject(new Error('no relay')));
    });
  };
  const fails: (() => void)[] = [];
  return { begun, end, fails, work };
}

describe('memory for packs', () => {
  it('is for two at a time, and the others come in the order in which they asked', async () => {
    const packs = new PackMemory();
    const { begun, end, work } = held();
    const all = Array.from({ length: 4 }, () => packs.use(work));
    await flush();
    expect(begun.length).toBe(2);
    // Of `not.toBe` vitest compares all 8 MiB of them.
    expect(begun[0] === begun[1]).toBe(false);
    end[1]!();
    await flush();
    expect(begun.length).toBe(3);
    // The same, used again.
    expect(begun[2]).toBe(begun[1]);
    end[0]!();
    end[2]!();
    await flush();
    expect(begun.length).toBe(4);
    end[3]!();
    await Promise.all(all);
  });

  it('is given back where the work fails', async () => {
    const packs = new PackMemory();
    const { begun, fails, end, work } = held();
    const all = Array.from({ length: 3 }, () => packs.use(work));
    await flush();
    fails[0]!();
    await expect(all[0]).rejects.toThrow('no relay');
    await flush();
    expect(begun.length).toBe(3);
    for (const each of end.slice(1)) each();
    await Promise.all(all.slice(1));
    const last = packs.use(work);
    await flush();
    expect(begun.length).toBe(4);
    end[3]!();
    await last;
  });
});
