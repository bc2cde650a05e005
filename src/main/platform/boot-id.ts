import { readFileSync } from 'node:fs';

/** Another text after every start of the system, and the same until then; null where the system has none. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || null;
  } catch {
    return null;
  }
}
