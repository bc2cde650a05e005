import { plainText } from '../platform/plain-text.ts';
import { collectionKinds, listedName } from './collection-kinds.ts';
import type { CommandCall } from './command.ts';
import { counted, shortRecord } from './show-value.ts';

/** So many are told at once; `problems` tells all. */
const TOLD = 3;

/** What of a collection is not in step, for who has just added a source of it; '' where all is, and for scripts, which ask themselves. */
export async function problemLines(call: CommandCall, collection: string): Promise<string> {
  // What was asked for is done, whatever becomes of this.
  return call.json ? '' : await told(call, collection).catch(() => '');
}

async function told(call: CommandCall, collection: string): Promise<string> {
  const found = await call.ask('problems:list', collection);
  const [first] = found;
  if (first === undefined) return '';
  const kinds = await collectionKinds(call);
  const kind = kinds.get(first.collection) ?? null;
  const lines = found.slice(0, TOLD).map(({ record, title, detail }) => {
    const name = title === undefined ? record : listedName(record, title, kind);
    // Where it has no name, it is called by its line, as its trouble is.
    const isTold = detail.startsWith(record);
    return `  ${isTold ? '' : `${plainText(shortRecord(name))}: `}${plainText(shortRecord(detail, 300))}\n`;
  });
  const head = call.paint.bad(counted(found.length, 'problem'));
  return `${head}: lockstep problems ${first.collection}\n${lines.join('')}`;
}
