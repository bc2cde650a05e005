const args = process.argv.slice(2);

/** The number behind `--NAME`; null: it is not given. */
export function numberGiven(name: string): number | null {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : Number(args[at + 1]);
}

/** How long people work. */
export const minutes = Number(args.find((arg, at) => /^[\d.]+$/.test(arg) && !args[at - 1]?.startsWith('--')) ?? 2);
export const seed = numberGiven('seed') ?? Math.floor(Date.now() / 1000) % 100_000;
/** The devices stay up where something is wrong. */
export const staysUp = args.includes('--stop');
