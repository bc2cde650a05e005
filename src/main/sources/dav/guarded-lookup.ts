import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';

interface Address {
  readonly address: string;
  readonly family: number;
}
type LookupAll = (
  host: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: readonly Address[]) => void,
) => void;

/** Addresses nobody reaches from outside: of this computer, its networks, its provider. */
const NEAR = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  NEAR.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  NEAR.addSubnet(network, bits, 'ipv6');

/**
 * Looks up names as the system does, but who was far away once is never near later (PROTOCOL 2.9b): whoever rules over a name could else lead us
 * into the person's own network, with requests as they like. What it gives is what is connected to, so nothing changes in between. Where a name
 * has addresses of both kinds, those that are near do not count.
 */
export function guardedLookup(lookup: LookupAll = systemLookup): LookupFunction {
  const far = new Set<string>();
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '');
      const outside = found.filter((each) => !isNear(each.address));
      if (outside.length > 0) far.add(host.toLowerCase());
      const allowed = far.has(host.toLowerCase()) ? outside : found;
      const [first] = allowed;
      if (first === undefined) return done(new Error(whyNot(host, found)), '');
      if (options.all === true) done(null, [...allowed]);
      else done(null, first.address, first.family);
    });
  };
}

const isNear = (address: string): boolean => NEAR.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
const whyNot = (host: string, found: readonly Address[]): string =>
  found.length === 0
    ? `${host} has no address`
    : `${host} was on the internet before, and leads into this network now (${found.map(({ address }) => address).join(', ')}): it is not followed there`;
