import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { DavKind } from './dav-resource.ts';
import type { DavServer } from './dav-server.ts';
import type { DavAnswer } from './write-answer.ts';

/** So a server answers that there is something where there must be nothing; some do where there is nothing. */
export const MISTAKEN = 412;
const SUFFIX_BYTES = 8;

export interface PutAnewOptions {
  readonly server: Pick<DavServer, 'kindAt' | 'put'>;
  readonly url: string;
  readonly kind: DavKind;
  readonly random: Random;
}

/**
 * New texts for a server that refuses whatever must not be there yet (`If-None-Match: *`), though nothing is. They are put under names that nobody can
 * have given to anything, without that condition: so nothing is written over what another client put there just now.
 */
export class PutAnew {
  readonly #options: PutAnewOptions;
  readonly #names = new Map<string, string>();

  constructor(options: PutAnewOptions) {
    this.#options = options;
  }

  /** The name under which what was to be of this name was put. */
  nameOf(name: string): string {
    return this.#names.get(name) ?? name;
  }

  /** It is put under its own name now, as any other. */
  isPlain(name: string): void {
    this.#names.delete(name);
  }

  /** Does the server say itself that there is nothing of this name? Fails as asking does. */
  async isMistaken(name: string): Promise<boolean> {
    const { server, url } = this.#options;
    try {
      await server.kindAt(new URL(name, url).href);
      return false;
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (error.code === 'no-such-path') return true;
      if (error.code === 'not-reachable' || error.code === 'server-busy') throw error;
      return false;
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<DavAnswer> {
    const { server, url, kind, random } = this.#options;
    const suffix = Buffer.from(random.bytes(SUFFIX_BYTES)).toString('hex');
    const anew = name.replace(/(?=\.[^./]*$)/, `-${suffix}`);
    this.#names.set(name, anew);
    return server.put(new URL(anew, url).href, 'any', bytes, kind);
  }
}
