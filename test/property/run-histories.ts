import { registerSql } from '../simulation/register-sql.ts';

// npm run histories -- 20000 [--from N]: the laws of merging and undo on as many random histories; with every test a part of them.
// --items: also of contacts and events; --again: the undos are undone, too.
registerSql();
const { GroupDatabases } = await import('../fakes/collection-group.ts');
const { checkMergeLaw } = await import('../fakes/merge-law.ts');
const { checkUndoAtOnce, checkUndoLaw } = await import('../fakes/undo-law.ts');

const { checkUndoOfItems } = await import('../fakes/undo-items-law.ts');

/** As many groups as share databases: they stay small. */
const SHARING = 100;
const args = process.argv.slice(2);
const from = args.includes('--from') ? Number(args[args.indexOf('--from') + 1]) : 0;
const count = Number(args.find((arg, at) => /^\d+$/.test(arg) && args[at - 1] !== '--from') ?? 20_000);
let databases = new GroupDatabases();
let [conflicts, undone] = [0, 0];
const broken: string[] = [];
for (let at = 0; at < count; at++) {
  if (at % SHARING === 0) {
    databases.close();
    databases = new GroupDatabases();
  }
  const law = await checkMergeLaw(from + at, databases);
  conflicts += law.conflicts;
  if (law.differs !== null) broken.push(law.differs);
  // Undo costs more, and is not so easily wrong.
  if (at % 4 === 0)
    for (const check of [checkUndoLaw, checkUndoAtOnce]) {
      const each = await check(from + at, databases);
      undone += each.undone;
      if (each.broken !== null) broken.push(each.broken);
    }
  if (at % 4 === 0 && args.includes('--items'))
    for (const kind of ['contacts', 'calendar'] as const)
      for (const heard of ['at once', 'later'] as const) {
        const each = await checkUndoOfItems(from + at, databases, kind, heard, { again: args.includes('--again') });
        undone += each.undone;
        if (each.broken !== null) broken.push(each.broken);
      }
  if ((at + 1) % 1000 === 0) {
    const { user, system } = process.cpuUsage();
    const memory = Math.round(process.memoryUsage().rss / (1 << 20));
    console.log(
      `${at + 1} histories, ${broken.length} broken; ${Math.round((user + system) / 1e6)} s of the processor, ${memory} MiB`,
    );
  }
}
for (const each of broken.slice(0, 20)) console.log(each.slice(0, 500));
console.log(`${count} histories, ${conflicts} conflicts, ${undone} undone; ${broken.length} broken`);
process.exitCode = broken.length === 0 ? 0 : 1;
