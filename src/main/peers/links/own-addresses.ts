import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { formatHostPort } from './host-port.ts';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/**
 * Where others can reach a listener, as host:port: IPv4 first, then IPv6; link-local addresses mean nothing elsewhere. A listener bound to
 * one host is reached there alone; only where there is no network does loopback stand in.
 */
export function ownAddresses(
  host: string,
  port: number,
  interfaces: Interfaces = networkInterfaces(),
): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return [formatHostPort(host, port)];
  const all = Object.values(interfaces).flatMap((each) => each ?? []);
  const wanted = all.filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  const reachable = wanted.map(({ address }) => address).filter((address) => host === '::' || !isIPv6(address));
  const ordered = [
    ...reachable.filter((address) => !isIPv6(address)),
    ...reachable.filter((address) => isIPv6(address)),
  ];
  return (ordered.length === 0 ? ['127.0.0.1'] : ordered).map((address) => formatHostPort(address, port));
}
