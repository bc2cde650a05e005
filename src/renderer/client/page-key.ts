const DATABASE = 'lockstep';
const STORE = 'keys';
const OWN = 'page';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** What this browser is known by at this address. */
export interface PageKey {
  /** SubjectPublicKeyInfo in base64url. */
  readonly key: string;
  /** That it is here, as an answer to `challenge`. It names the address: shown at another one it is worth nothing. */
  prove(challenge: string): Promise<string>;
}

/**
 * The key of this browser for this address, made the first time. It cannot be read, not even by this page; a browser that keeps nothing has
 * one for as long as the page is open.
 */
export async function pageKey(): Promise<PageKey> {
  const pair = await kept().catch(make);
  const key = base64Url(await crypto.subtle.exportKey('spki', pair.publicKey));
  return {
    key,
    prove: async (challenge) => {
      const said = new TextEncoder().encode(`lockstep page ${location.host} ${challenge}`);
      return base64Url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, said));
    },
  };
}

const make = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);

async function kept(): Promise<CryptoKeyPair> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answerOf(opening);
  try {
    const known = await answerOf<CryptoKeyPair | undefined>(database.transaction(STORE).objectStore(STORE).get(OWN));
    if (known !== undefined) return known;
    const made = await make();
    // Of two pages that make one at once the first one's counts.
    const store = database.transaction(STORE, 'readwrite').objectStore(STORE);
    const first = await answerOf<CryptoKeyPair | undefined>(store.get(OWN));
    if (first === undefined) await answerOf(store.put(made, OWN));
    return first ?? made;
  } finally {
    database.close();
  }
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const base64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
