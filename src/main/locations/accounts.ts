/** Passwords of accounts, kept where only their owner can read them. */
export interface AccountSecrets {
  /** null: none is known. */
  passwordOf(account: AccountName): string | null;
  setPassword(account: AccountName, password: string): void;
}
export interface AccountName {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly user: string;
}

/** Where the secrets are kept; null: there are none yet. */
export interface SecretsFile {
  load(): Uint8Array | null;
  save(bytes: Uint8Array): void;
}

/** Keeps passwords in a file, which may itself be sealed. What is no such file counts as none: then they are asked for again. */
export function accountSecrets(file: SecretsFile): AccountSecrets {
  const read = (): Record<string, string> => {
    try {
      const bytes = file.load();
      const stored: unknown = bytes === null ? {} : JSON.parse(new TextDecoder().decode(bytes));
      return typeof stored === 'object' && stored !== null ? (stored as Record<string, string>) : {};
    } catch {
      return {};
    }
  };
  const keyOf = ({ origin, user }: AccountName): string => `${user} ${origin}`;
  return {
    passwordOf(account) {
      const password = read()[keyOf(account)];
      return typeof password === 'string' ? password : null;
    },
    setPassword(account, password) {
      file.save(new TextEncoder().encode(JSON.stringify({ ...read(), [keyOf(account)]: password })));
    },
  };
}
