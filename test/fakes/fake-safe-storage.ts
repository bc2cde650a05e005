import type { SafeStorage } from '../../src/main/desktop/keychain.ts';

/** Electron's safeStorage, of one user of one system: what another one encrypted it does not decrypt. */
export class FakeSafeStorage implements SafeStorage {
  readonly #user: string;
  readonly #available: boolean;
  readonly #backend: string;

  constructor(user = 'ana', available = true, backend = 'gnome_libsecret') {
    this.#user = user;
    this.#available = available;
    this.#backend = backend;
  }
  isEncryptionAvailable(): boolean {
    return this.#available;
  }
  getSelectedStorageBackend(): string {
    return this.#backend;
  }
  encryptString(text: string): Buffer {
    return Buffer.from(`${this.#user}|${text}`).map((byte) => byte ^ 0x5a) as Buffer;
  }
  decryptString(locked: Buffer): string {
    const [user, text] = Buffer.from(locked.map((byte) => byte ^ 0x5a))
      .toString()
      .split('|');
    if (user !== this.#user || text === undefined) throw new Error('Error while decrypting the ciphertext');
    return text;
  }
}
