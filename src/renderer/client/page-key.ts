const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** What this page is known by at this address, for as long as it is open. */
export interface PageKey {
  /** SubjectPublicKeyInfo in base64url. */
  readonly key: string;
  /** That it is here, as an answer to `challenge`. It names the address: shown at another one it is worth nothing. */
  prove(challenge: string): Promise<string>;
}

/**
 * A key of this page alone. It is kept nowhere: who has the port while the program is off can have a page of its own loaded at this address,
 * and what the browser keeps for the address is that page's as well.
 */
export async function pageKey(): Promise<PageKey> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const key = base64Url(await crypto.subtle.exportKey('spki', pair.publicKey));
  return {
    key,
    prove: async (challenge) => {
      const said = new TextEncoder().encode(`lockstep page ${location.host} ${challenge}`);
      return base64Url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, said));
    },
  };
}

const base64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
