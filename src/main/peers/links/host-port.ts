/** `host:port` and `[v6]:port` taken apart; null where it is neither or the port is none. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: (match[1] ?? match[2]) as string, port } : null;
}

/** The address in the form `parseHostPort` reads; an IPv4 address that arrived through an IPv6 socket is shown as what it is. */
export function formatHostPort(host: string, port: number): string {
  const plain = plainHost(host);
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
/** An address without the prefix of an IPv4 address that arrived through an IPv6 socket. */
export function plainHost(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
