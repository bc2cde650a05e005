import * as electron from 'electron';
import type { SystemKeychain } from '../instance.ts';

/** As much of Electron's safeStorage as is used. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  /** Linux only. `basic_text`: no keyring, and a key everybody knows. */
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Uint8Array;
  decryptString(locked: Buffer): string;
}

/** The system's keychain by safeStorage, or why there is none that protects anything. Call once the app is ready. */
export function systemKeychain(
  storage: SafeStorage | undefined = electron.safeStorage,
): { readonly keychain: SystemKeychain } | { readonly missing: string } {
  if (storage?.isEncryptionAvailable() !== true) return { missing: 'this system has no keychain' };
  if (storage.getSelectedStorageBackend?.() === 'basic_text')
    return { missing: 'this system has no keyring that runs (its storage is basic_text, which protects nothing)' };
  return {
    keychain: {
      encrypt: (secret) => new Uint8Array(storage.encryptString(Buffer.from(secret).toString('base64'))),
      decrypt: (locked) => new Uint8Array(Buffer.from(storage.decryptString(Buffer.from(locked)), 'base64')),
    },
  };
}
