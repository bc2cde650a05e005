import { expect, it } from 'vitest';
import { GroupDatabases } from '../../fakes/collection-group.ts';
import { checkMergeLaw } from '../../fakes/merge-law.ts';

/** Of these runs a part with every test; `npm run histories -- 20000` runs as many as one likes. */
const HISTORIES = Number(process.env.LOCKSTEP_HISTORIES ?? 2000);
const AT_ONCE = 250;

it.each(Array.from({ length: Math.ceil(HISTORIES / AT_ONCE) }, (_, at) => at * AT_ONCE))(
  'the law of merging: equal records, roots and conflicts whatever the order and repetition of packages (250 histories from %i on)',
  async (from) => {
    const databases = new GroupDatabases();
    let conflicts = 0;
    for (let seed = from; seed < from + AT_ONCE; seed++) {
      const law = await checkMergeLaw(seed, databases);
      expect(law.differs).toBeNull();
      conflicts += law.conflicts;
    }
    expect(conflicts).toBeGreaterThan(AT_ONCE / 20);
    databases.close();
  },
  120_000,
);
