import type { Clock } from '../../platform/clock.ts';
import { pause } from '../../platform/pause.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';

/** Until the inviter must have answered each step; a person there may take as long as a request lives. */
export const STEP_MS = 60_000;

/**
 * The next message; fails with `link-lost` where the link ends first and with `pairing-failed` where it takes too long (`within`: milliseconds).
 * After `unless` it is waited for no more, and the promise stays open.
 */
export function next(
  stream: MessageStream<StrangerLink>,
  clock: Clock,
  within: number,
  unless: AbortSignal | null = null,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const cleanUp: (() => void)[] = [];
    const done = (): void => {
      for (const undo of cleanUp) undo();
      stream.receive(null);
    };
    const fail = (code: string, why: string): void => {
      done();
      reject(new LockstepError(code, why, stream.link.address));
    };
    cleanUp.push(clock.after(within, () => fail('pairing-failed', 'the inviting device does not answer')));
    const onUnless = (): void => done();
    unless?.addEventListener('abort', onUnless);
    cleanUp.push(() => unless?.removeEventListener('abort', onUnless));
    cleanUp.push(stream.onFault((detail) => fail('pairing-failed', detail)));
    cleanUp.push(stream.onClose((reason) => fail('link-lost', reason)));
    stream.receive((message) => {
      done();
      resolve(message);
    });
  });
}

const DENIALS: { readonly [code: string]: string } = {
  denied: 'on the other device somebody said that the codes differ, or denied the request. Nothing was shared',
  'invite-unknown': 'the invitation is not known there any more: it expired, was used or withdrawn. Ask for a new one',
  'invite-used':
    'another device brought this invitation. If it was none of yours, the link was stolen: ask for a new one',
  busy: 'another device is being paired there: try again, or join with a link',
  'not-nearby': 'the other device does not wait for one nearby any more: open “Invite a device” there again',
  wait: 'others tried there before: try again in half a minute, or have the other device wait again, or join with a link',
  timeout: 'it took too long until both said that the codes are the same: try again',
  'invite-withdrawn': 'it was ended on the other device',
  'pairing-refused': 'the other device did not accept what this one said of itself: try again',
};
/** A message of this name; fails with the code of a DENY, or `pairing-failed` where something else was said. */
export function expectMessage<N extends 'HELLO' | 'PAIR_R' | 'OFFER' | 'ADMIT'>(
  message: Message,
  name: N,
): MessageOf<N> {
  if (message.is === name) return message as unknown as MessageOf<N>;
  if (message.is !== 'DENY')
    throw new LockstepError('pairing-failed', `the inviting device said ${message.is}`, 'invitation');
  const code = /^[a-z-]{1,32}$/.test(message.code) ? message.code : 'pairing-failed';
  throw new LockstepError(code, DENIALS[code] ?? 'the invitation was refused there: ask for a new one', 'invitation');
}

export function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return pause(clock, milliseconds, signal).catch(() => Promise.reject(cancelled()));
}
export function cancelled(): LockstepError {
  return new LockstepError('join-cancelled', 'joining was cancelled', 'invitation');
}
