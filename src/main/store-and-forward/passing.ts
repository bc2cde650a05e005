import type { RateLimit } from '../peers/session/rate-limit.ts';
import type { Clock } from '../platform/clock.ts';

/** Waits until so many bytes may pass by the limits of this device. */
export async function passing(clock: Clock, limit: RateLimit, bytes: number): Promise<void> {
  for (let delay = limit.delay(clock.now()); delay > 0; delay = limit.delay(clock.now()))
    await new Promise<void>((resolve) => void clock.after(delay, resolve));
  limit.passed(bytes, clock.now());
}
