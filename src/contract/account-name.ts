/** An account as people know it: an e-mail address, or where its server is. */
export interface TypedAccount {
  /** null: none is named. */
  readonly user: string | null;
  readonly host: string;
  /** null: that of https, or whichever the host names. */
  readonly port: number | null;
}

const NAME =
  /^(?:([^\s/:@]+)@)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)(?::(\d{1,5}))?$/u;
/** What files of contacts and calendars end in, and no host on the internet does. */
const FILE = /\.(?:vcf|vcard|csv|ldif|ics|ical|icalendar|sqlite|txt|json|zip)$/i;

/** What was typed as an account (`ana@example.org`, `example.org`, `dav.example.org:8443`); null: it is a path, a whole address, or just a word. */
export function accountNamed(typed: string): TypedAccount | null {
  const [, user = null, host = '', digits] = NAME.exec(typed.trim()) ?? [];
  const port = digits === undefined ? null : Number(digits);
  if (host === '' || (port !== null && (port === 0 || port > 65_535))) return null;
  if (user === null && port === null && (!host.includes('.') || FILE.test(host))) return null;
  if (user !== null && port === null && !host.includes('.')) return null;
  return { user, host, port };
}
