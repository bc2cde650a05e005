import { CAUSES, type Change } from '../../src/main/change-log/change.ts';
import type { PackageHead } from '../../src/main/change-log/package.ts';
import type { PackageName } from '../../src/main/change-log/package-body.ts';
import {
  collectionId,
  type Dot,
  dotOf,
  fieldName,
  indexOf,
  logId,
  memberKey,
  packageRowOf,
  recordId,
} from '../../src/main/record/ids.ts';
import { digestA, digestA2, directory, entryA } from './tiny-records.ts';

/** Two packages that others refer to, by the row this device gave them. */
const NAMES: readonly PackageName[] = [
  { log: '00112233445566aa', number: 1, hash: 'f0e1d2c3b4a59687' },
  { log: '8899aabbccddeeff', number: 70_000, hash: '0123456789abcdef' },
];
const FIRST_ROW = 5;

export function goldenName(dot: Dot): { name: PackageName; index: number } {
  return { name: NAMES[packageRowOf(dot) - FIRST_ROW] as PackageName, index: indexOf(dot) };
}
export function goldenDot(name: PackageName, index: number): Dot {
  return dotOf(FIRST_ROW + NAMES.findIndex((each) => each.log === name.log), index);
}

const [one, two] = [dotOf(5, 0), dotOf(6, 255)];
const exists = (value: boolean, ...replaces: Dot[]) => ({ field: fieldName('exists'), value, replaces });
const writes = (field: string, value: Change['writes'][number]['value'], ...replaces: Dot[]) => ({
  field: fieldName(field),
  value,
  replaces,
});

/** One change of every form there is. */
export const GOLDEN_CHANGES: readonly Change[] = [
  { record: recordId('docs/a.txt'), cause: 'source', writes: [writes('entry', entryA), exists(true)] },
  {
    record: recordId('docs/große Datei.bin'),
    cause: 'source',
    writes: [
      writes('entry', { ...entryA, size: 5_000_000_000, chunks: digestA2 }, one),
      writes('executable', true, one, two),
      writes('modified', 1_700_000_000_123_456),
      exists(true, one, two),
    ],
  },
  { record: recordId('docs'), cause: 'restore', writes: [writes('entry', directory), exists(true)] },
  {
    record: recordId('link'),
    cause: 'settle',
    writes: [writes('entry', { type: 'symlink', target: '../x' }, two), exists(true, two)],
  },
  {
    record: recordId('new.txt'),
    cause: 'follow-move',
    writes: [writes('executable', null, two), exists(true)],
    movedFrom: recordId('old.txt'),
  },
  { record: recordId('old.txt'), cause: 'undo', writes: [exists(false, two)], movedTo: recordId('new.txt') },
  {
    record: recordId('card'),
    cause: 'source',
    writes: [
      writes('emails/e1', { address: 'a@example.org', contexts: { work: true }, pref: 1 }),
      writes('photo', Uint8Array.of(0, 255)),
      writes('keywords', ['a', null, -1, 0.5]),
      exists(true),
    ],
  },
];
if (new Set(GOLDEN_CHANGES.map((change) => change.cause)).size !== CAUSES.length)
  throw new Error('a cause without a golden change');

export const GOLDEN_HEAD: Omit<PackageHead, 'body'> = {
  collection: collectionId('c0'.repeat(16)),
  member: memberKey('3a'.repeat(32)),
  log: logId('0102030405060708'),
  number: 300,
  previous: digestA,
  epoch: 0,
  time: 1_767_225_600_000 * 1024 + 7,
  seen: [{ log: logId('8899aabbccddeeff'), number: 70_000, hash: '0123456789abcdef' }],
};
/** Stands for the author's signature: the golden bytes are about their form. */
export const GOLDEN_SIGNATURE = new Uint8Array(64).fill(0x5e);
