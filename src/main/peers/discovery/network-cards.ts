import type { NetworkInterfaceInfo } from 'node:os';

type Cards = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** The IPv4 address of each network card that leads out of this machine, one a card. */
export function outwardAddresses(cards: Cards): readonly string[] {
  return Object.values(cards).flatMap((addresses) => {
    const first = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    return first === undefined ? [] : [first.address];
  });
}

/** The broadcast address of every IPv4 network this machine is in, each once. */
export function broadcastAddresses(cards: Cards): readonly string[] {
  const found = new Set<string>();
  for (const { family, internal, address, netmask } of Object.values(cards).flatMap((each) => each ?? [])) {
    if (family !== 'IPv4' || internal) continue;
    const mask = octets(netmask);
    found.add(
      octets(address)
        .map((octet, at) => octet | (~(mask[at] as number) & 0xff))
        .join('.'),
    );
  }
  return [...found];
}

/** A text that changes whenever a card or an address comes or goes. */
export function networkPrint(cards: Cards): string {
  return Object.entries(cards)
    .flatMap(([card, addresses]) => (addresses ?? []).map(({ address, netmask }) => `${card} ${address} ${netmask}`))
    .sort()
    .join('\n');
}

function octets(address: string): readonly number[] {
  return address.split('.').map(Number);
}
