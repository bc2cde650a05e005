import type { ResultView } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';
import { counted, shortRecord } from './show-value.ts';

/** The id that undoes all of these changes: of one it, else of the package, or the packages that follow each other, they are in. null: there is none. */
function wholeOf(changes: readonly string[]): string | null {
  const [only, ...others] = changes;
  if (only === undefined || others.length === 0) return only ?? null;
  const packages = [...new Set(changes.map((id) => id.replace(/-\d+$/, '')))];
  const logs = new Set(packages.map((id) => id.slice(0, id.lastIndexOf('-'))));
  const numbers = packages.map((id) => Number(id.slice(id.lastIndexOf('-') + 1)));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  if (logs.size > 1 || last - first >= packages.length) return null;
  return `${[...logs][0]}-${first}${first === last ? '' : `..${last}`}`;
}

/** Prints a RESULT; fails with `content-not-kept` where there was something to do and nothing could be done. */
export async function printResult(call: CommandCall, result: ResultView, done: string): Promise<number> {
  const { records, changes, conflicts } = result;
  const [first, ...others] = result.missing;
  if (records === 0 && changes.length === 0 && conflicts.length === 0 && first !== undefined) {
    const more = others.length > 0 ? `, and ${others.length} more` : '';
    throw new LockstepError(
      'content-not-kept',
      `${first.record}: ${first.why.replace(/\.$/, '')}${more}.`,
      first.record,
    );
  }
  await call.print(result, (view) => {
    const became = view.conflicts.length > 0 ? `, ${counted(view.conflicts.length, 'conflict')} to settle` : '';
    const missing = view.missing.map((item) => [shortRecord(item.record), item.why]);
    const lacking = missing.length > 0 ? `Not possible:\n${call.table(['record', 'why'], missing, '')}` : '';
    const whole = wholeOf(view.changes);
    const undoing = whole === null ? '' : call.paint.dim(`Take it back with: lockstep undo ${whole}\n`);
    const isNothing = view.records === 0 && became === '' && lacking === '';
    const said = isNothing
      ? 'Nothing was to be done: it is so already.'
      : `${done}: ${counted(view.records, 'record')}${became}.`;
    return `${said}\n${lacking}${undoing}`;
  });
  return EXIT.done;
}
