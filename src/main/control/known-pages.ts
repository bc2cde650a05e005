import { createPublicKey, verify } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';

/** Kept; those that were used longest ago go first: a page that is loaded anew has another key. All are made for this machine's user. */
const KEPT = 64;
/** Not used for so long, one ends: its page is not open any more. */
const UNUSED_MS = 30 * 24 * 3_600_000;
/** A use is noted if the last one noted is older: a page that comes back now and again writes nothing. */
const NOTED_EVERY_MS = 24 * 3_600_000;

/** What a start knows of the one before. */
export interface DoorFile {
  /** null: nothing is kept. */
  read(): Uint8Array | null;
  write(bytes: Uint8Array): void;
}

/**
 * The pages that were let in, by the public key each made for itself, and the port they know: both are there again after a start, so
 * an open page goes on. Where the file cannot be read or written that lasts as long as the program.
 */
export class KnownPages {
  readonly #file: DoorFile;
  readonly #clock: Clock;
  /** When each was used last; the one that was used longest ago first. */
  readonly #used: Map<string, number>;
  #port: number;

  constructor(file: DoorFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    const kept = readDoor(file);
    this.#used = new Map(kept.pages);
    this.#port = kept.port;
  }

  /** Where the door was the last time; 0: nowhere yet. */
  get port(): number {
    return this.#port;
  }

  isAt(port: number): void {
    if (port === this.#port) return;
    this.#port = port;
    this.#save();
  }

  /** `key`: as `isKey` says. */
  add(key: string): void {
    this.#note(key);
  }

  /** Was this key let in, and did its owner sign `said`? Then it was used now. */
  admits(key: string, said: string, signature: string): boolean {
    const used = this.#used.get(key);
    if (used === undefined || this.#isOver(used) || !isSigned(key, said, signature)) return false;
    if (this.#clock.now() - used >= NOTED_EVERY_MS) this.#note(key);
    return true;
  }

  #isOver(used: number): boolean {
    return this.#clock.now() - used >= UNUSED_MS;
  }

  #note(key: string): void {
    this.#used.delete(key);
    this.#used.set(key, this.#clock.now());
    for (const [oldest, used] of this.#used)
      if (this.#used.size > KEPT || this.#isOver(used)) this.#used.delete(oldest);
    this.#save();
  }

  #save(): void {
    try {
      this.#file.write(Buffer.from(JSON.stringify({ v: 1, port: this.#port, pages: [...this.#used] })));
    } catch {
      // A full disk keeps nobody out now; after the next start an address is opened anew.
    }
  }
}

/** A public key of the curve P-256, as SubjectPublicKeyInfo in base64url? */
export function isKey(key: unknown): key is string {
  if (typeof key !== 'string' || key.length > 256) return false;
  try {
    return publicKey(key).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

const publicKey = (key: string) => createPublicKey({ key: Buffer.from(key, 'base64url'), format: 'der', type: 'spki' });

const isSigned = (key: string, said: string, signature: string): boolean =>
  verify(
    'sha256',
    Buffer.from(said),
    { key: publicKey(key), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );

interface Kept {
  readonly port: number;
  readonly pages: readonly (readonly [string, number])[];
}

function readDoor(file: DoorFile): Kept {
  try {
    const bytes = file.read();
    if (bytes === null) return NOTHING;
    const { v, port, pages } = JSON.parse(Buffer.from(bytes).toString()) as { [name: string]: unknown };
    if (v !== 1 || !Array.isArray(pages)) return NOTHING;
    const isPort = Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536;
    return { port: isPort ? (port as number) : 0, pages: pages.filter(isUse) };
  } catch {
    return NOTHING;
  }
}
const NOTHING: Kept = { port: 0, pages: [] };

const isUse = (one: unknown): one is [string, number] =>
  Array.isArray(one) && isKey(one[0]) && typeof one[1] === 'number';
