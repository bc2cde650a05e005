import { Resolver } from 'node:dns/promises';

/** Where a service of a domain is, as its name servers say (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}
/** What name servers say of a name; nothing of it is proved. Empty: it has none, or nobody could be asked. */
export interface NameServers {
  services(name: string): Promise<readonly ServiceRecord[]>;
  texts(name: string): Promise<readonly string[]>;
}

/** Where nobody answers a person still waits. */
const LIMITS = { timeout: 2000, tries: 2 } as const;

/** Those that this computer is set up to ask. */
export const systemNameServers: NameServers = {
  services: (name) => new Resolver(LIMITS).resolveSrv(name).catch(() => []),
  texts: async (name) => (await new Resolver(LIMITS).resolveTxt(name).catch(() => [])).map((parts) => parts.join('')),
};
