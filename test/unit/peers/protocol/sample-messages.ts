import type { Message } from '../../../../src/main/peers/protocol/messages.ts';
import { collectionId, digest, logId, memberKey } from '../../../../src/main/record/ids.ts';

const bytes = (length: number, first: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (first + at) & 0xff);
const hex = (length: number, first: number): string => Buffer.from(bytes(length, first)).toString('hex');
const member = memberKey(hex(32, 1));
const log = logId(hex(8, 2));
const hash = digest(hex(32, 3));

/** One of each kind, for the golden bytes and as seeds of the fuzzer. */
export const SAMPLES: { readonly [K in Message['is']]: Extract<Message, { is: K }> } = {
  HELLO: {
    is: 'HELLO',
    versions: [1],
    descriptor: bytes(170, 9),
    app: 'Lockstep 0.1.0',
    caps: ['zstd'],
    nonce: bytes(32, 4),
  },
  HELLO_OK: { is: 'HELLO_OK', version: 1, caps: ['zstd'], credit: 4_194_304 },
  GROUPS: { is: 'GROUPS', tags: [bytes(32, 5), bytes(32, 6)] },
  OPEN: { is: 'OPEN', h: 1, tag: bytes(32, 5), member, proof: bytes(64, 7), answers: false },
  MEMBERS: { is: 'MEMBERS', h: 1, heads: [hash], ops: [bytes(10, 1), bytes(0, 0), bytes(3, 2)] },
  HAVE: { is: 'HAVE', h: 1, vector: [{ member, log, number: 1_000_000, hash }] },
  WANT: { is: 'WANT', h: 1, ranges: [{ member, log, from: 1, to: 2 ** 40 }], max: 64 },
  PACKAGE: { is: 'PACKAGE', h: 1, member, log, numbers: { first: 7, count: 2 }, packages: [bytes(40, 1), bytes(2, 9)] },
  ACK: { is: 'ACK', h: 1, problems: 2, held: [{ member, log, number: 8 }], applied: [{ member, log, number: 7 }] },
  CONTENT_WANT: {
    is: 'CONTENT_WANT',
    h: 1,
    req: 5,
    items: [
      { digest: hash, kind: 0, offset: 65_536, hint: 'Fotos/Zürich 2026.jpg', base: null },
      { digest: hash, kind: 2, offset: 0, hint: null, base: hash },
    ],
  },
  CONTENT: {
    is: 'CONTENT',
    req: 5,
    pieces: [
      { item: 0, offset: 65_536, length: 4, total: 65_540, flags: 1 },
      { item: 1, offset: 0, length: 3, total: 900, flags: 7 },
    ],
    data: [bytes(4, 1), bytes(3, 8)],
  },
  CONTENT_NO: { is: 'CONTENT_NO', req: 5, items: [{ item: 3, code: 'not-kept' }] },
  CREDIT: { is: 'CREDIT', bytes: 2_097_152 },
  PING: { is: 'PING', n: 1 },
  PONG: { is: 'PONG', n: 1 },
  ADDRS: { is: 'ADDRS', addrs: ['192.168.1.7:21027', '[fd00::2]:21027'] },
  ERROR: { is: 'ERROR', code: 'version-unsupported', text: 'update Lockstep', fatal: true },
  BYE: { is: 'BYE', reason: 'stopping', retryAfter: 30 },
  SCAN: { is: 'SCAN', h: 1, req: 9 },
  SCANNED: { is: 'SCANNED', h: 1, req: 9 },
  PAIR_COMMIT: { is: 'PAIR_COMMIT', commit: bytes(32, 5) },
  PAIR_R: { is: 'PAIR_R', descriptor: bytes(170, 9), name: 'Büro', key: bytes(32, 7), nonce: bytes(32, 4) },
  PAIR_I: { is: 'PAIR_I', descriptor: bytes(170, 9), name: "Ana's laptop", key: bytes(32, 7), nonce: bytes(32, 4) },
  PAIR_ABORT: { is: 'PAIR_ABORT', code: 'different' },
  PAIR_CONFIRM: { is: 'PAIR_CONFIRM', member, binding: bytes(64, 3), mac: bytes(32, 4) },
  JOIN: {
    is: 'JOIN',
    invite: bytes(16, 1),
    descriptor: bytes(170, 9),
    name: "Ana's laptop",
    nonce: bytes(32, 4),
    sig: bytes(64, 5),
    mac: bytes(32, 6),
  },
  OFFER: {
    is: 'OFFER',
    descriptor: bytes(170, 9),
    group: collectionId(hex(16, 8)),
    name: 'Photos',
    kind: 'files',
    role: 'editor',
    records: 12_431,
    nonce: bytes(32, 4),
    sig: bytes(64, 5),
    mac: bytes(32, 6),
  },
  ADMIT: { is: 'ADMIT', addrs: ['192.168.1.7:21027'], mac: bytes(32, 6), ops: [bytes(10, 1), bytes(3, 2)] },
  DENY: { is: 'DENY', code: 'invite-unknown' },
  HEADS: { is: 'HEADS', h: 1, content: bytes(300, 9), signature: bytes(64, 5) },
  CONTENTS_BACK: { is: 'CONTENTS_BACK', h: 1 },
  NOT_OPENED: { is: 'NOT_OPENED', h: 1 },
  STANDING: {
    is: 'STANDING',
    h: 1,
    partial: true,
    members: [{ member, linked: true, held: [{ member, log, number: 8 }], applied: [{ member, log, number: 7 }] }],
  },
};
