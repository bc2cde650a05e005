import type { NearbyWindowView, Role } from '../../contract/contract.ts';
import { nearbyEndWords } from '../../contract/nearby-words.ts';
import { systemClock } from '../platform/clock.ts';
import { pause } from '../platform/pause.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';

const LOOK_MS = 500;
const CODE = /^\d{6}$/;

/** Waits until a device nearby asks for the collection, and prints the code to compare. Fails with `not-paired` where none does. */
export async function inviteNearby(call: CommandCall, collection: string, role: Role): Promise<number> {
  let window: NearbyWindowView | null = await call.ask('nearby:wait', collection, role);
  while (window?.state === 'waiting') {
    await pause(systemClock, LOOK_MS, new AbortController().signal);
    window = await call.ask('nearby:window');
  }
  const request = window?.request ?? null;
  if (request === null)
    throw new LockstepError(
      'not-paired',
      nearbyEndWords(window?.why ?? 'time', window?.from),
      window?.collectionName ?? collection,
    );
  const shown = { code: request.code, request: request.request, name: request.name };
  await call.print(
    shown,
    ({ code, name }) =>
      `${plainText(name)} asks to join. Compare this code with the one it shows: ${call.paint.strong(code)}\n` +
      `Where it is the same: lockstep approve ${code}. Where it differs: lockstep deny ${code}.\n`,
  );
  return EXIT.needsPerson;
}

/** Asks a device nearby, by its name or host:port, and prints the code to compare. */
export async function joinNearby(
  call: CommandCall,
  device: string,
  location: string,
  format: string | null,
): Promise<number> {
  const compared = await call.ask('nearby:join', device, location, format);
  await call.print(
    compared,
    ({ code, name }) =>
      `Compare this code with the one ${plainText(name)} shows: ${call.paint.strong(code)}\n` +
      `Where it is the same: lockstep approve ${code}. Where it differs: lockstep deny ${code}.\n`,
  );
  return EXIT.needsPerson;
}

/** Is this the code of a pairing, rather than a request? */
export const isCode = (text: string): boolean => CODE.test(text);

/**
 * A person compared the code: where a device asks here, it is answered as any request; where this device asked, it waits until it is let in.
 */
export async function answerCode(call: CommandCall, code: string, same: boolean): Promise<number> {
  const requests = await call.ask('requests:list');
  const [asked, another] = requests.filter((one) => one.code === code);
  if (another !== undefined)
    throw new LockstepError('ambiguous', `Several requests show the code ${code}: name one by its id.`, code);
  if (asked !== undefined) {
    const left = await call.ask('requests:answer', asked.request, same);
    const admitted = asked.nearby === true ? 'Admitted, once it is said there too.\n' : 'Admitted.\n';
    await call.print(left, () => (same ? admitted : 'Refused.\n'));
    return EXIT.done;
  }
  await call.ask('nearby:compared', code, same);
  if (!same) {
    await call.print({}, () => 'Refused.\n');
    return EXIT.done;
  }
  const joined = await call.ask('nearby:outcome', code);
  await call.print(joined, ({ collection }) => `Joined collection ${collection}.\n`);
  return EXIT.done;
}
