import { equalBytes } from '../../platform/equal-bytes.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { MessageStream } from '../connect/message-stream.ts';
import { parseDescriptor } from '../identity/descriptor.ts';
import { x25519PrivateKey, x25519PublicKey } from '../identity/x25519.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import { displayName } from '../protocol/display-name.ts';
import type { Invite } from './invite-link.ts';
import { cancelled, expectMessage, next, wait } from './joiner-steps.ts';
import { type AgreedNearby, type Joined, type JoinerHost, joinAgreed } from './pairing-joiner.ts';
import { PAIRING_EXPORTER } from './pairing-transcript.ts';
import { agree, sasCommitment } from './sas.ts';

/** What a person compares with the other screen. */
export interface Compared {
  /** Six digits. */
  readonly code: string;
  /** What the other device calls itself. */
  readonly name: string;
}

export interface NearbyJoinerHost extends JoinerHost {
  /** Shows the digits; resolves once a person said whether they are the same. */
  compare(compared: Compared): Promise<boolean>;
}

/** How long the two people may take; the other device ends it before. */
const COMPARE_MS = 130_000;
/** What needs no person is answered within this time, or by something that is not what it should be. */
const ANSWER_MS = 20_000;
/** Where somebody else is there already it is asked again so often, so much later each time: not oftener than a device lets a host come. */
const MOST_TURNS = 8;
const NEXT_TURN_MS = 10_000;

/**
 * Joins what a device nearby shares, which waits for one (`NearbyDesk`): both show six digits, two people say that they are the same, and from
 * there on it goes as with a link. `addresses`: host:port, the first that answers is taken. Waits where another device has its turn there. Fails as
 * `joinByInvite`, and with `codes-differ` (said here), `not-nearby`, `wait`, `timeout`, `pairing-refused`, `pairing-broken`.
 */
export async function joinNearby(
  addresses: readonly string[],
  host: NearbyJoinerHost,
  signal: AbortSignal,
): Promise<Joined> {
  for (let turn = 1; ; turn++) {
    try {
      return await joinOnce(addresses, host, signal);
    } catch (error) {
      const isTaken = error instanceof LockstepError && (error.code === 'busy' || error.code === 'wait');
      if (!isTaken || turn === MOST_TURNS) throw error;
    }
    await wait(host.clock, NEXT_TURN_MS, signal);
  }
}

async function joinOnce(addresses: readonly string[], host: NearbyJoinerHost, signal: AbortSignal): Promise<Joined> {
  const { link, address } = await dialFirst(addresses, host, signal);
  const stream = new MessageStream(link, 'pairing');
  const quit = (code: string): void => {
    stream.send({ is: 'PAIR_ABORT', code });
    stream.close(code);
  };
  const onAbort = (): void => quit('cancelled');
  signal.addEventListener('abort', onAbort);
  let agreed: Awaited<ReturnType<typeof agreeOn>>;
  try {
    agreed = await agreeOn(stream, host);
  } catch (error) {
    const differ = error instanceof LockstepError && error.code === 'codes-differ';
    quit(differ ? 'different' : 'cancelled');
    if (signal.aborted) throw cancelled();
    if (error instanceof LockstepError && error.code === 'link-lost')
      throw new LockstepError('pairing-broken', 'the connection to the other device broke: try again', address, error);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  if (signal.aborted) throw cancelled();
  const { code, ...of } = agreed;
  const invite: Invite = { ...of, addresses: [address], relay: null };
  const nearby: AgreedNearby = { reached: { stream, address }, code, within: COMPARE_MS };
  return joinAgreed(invite, host, signal, nearby);
}

async function dialFirst(
  addresses: readonly string[],
  host: NearbyJoinerHost,
  signal: AbortSignal,
): Promise<{ readonly link: StrangerLink; readonly address: string }> {
  for (const address of addresses) {
    const link = await host.dialStranger(address, signal).catch(() => null);
    if (signal.aborted) {
      link?.close('cancelled');
      throw cancelled();
    }
    if (link !== null) return { link, address };
  }
  throw notThere(addresses);
}
/** Its key is not the one that TLS has proven, or it does not do what a device does that waits for one nearby. */
function notItself(address: string): LockstepError {
  return new LockstepError(
    'pairing-failed',
    `what answers at ${address} does not prove that it is the device you mean: something else in this network may be in its place. Nothing was shared. Try ` +
      'again, and if that does not help join with a link instead',
    address,
  );
}
function notThere(addresses: readonly string[]): LockstepError {
  const places = addresses.join(', ');
  return new LockstepError(
    'inviter-unreachable',
    `the other device does not answer at ${places}: does it still wait for this one, and is it in this network?`,
    places,
  );
}

/** What takes the place of a link, once the person here said that the digits are the same. */
async function agreeOn(
  stream: MessageStream<StrangerLink>,
  host: NearbyJoinerHost,
): Promise<Pick<Invite, 'id' | 'secret' | 'inviter'> & { readonly code: string }> {
  const { identity, clock, random } = host;
  const key = x25519PrivateKey(random.bytes(32));
  const own = { name: displayName(host.name), key: x25519PublicKey(key), nonce: random.bytes(32) };
  const joiner = { ...own, device: identity.id };
  const commitment = sasCommitment(joiner);
  const { address } = stream.link;
  const answer = () => next(stream, clock, ANSWER_MS);
  const silent = (error: LockstepError): Promise<never> =>
    Promise.reject(error.code === 'link-lost' ? error : notItself(address));
  const hello = await answer().catch((error: LockstepError) =>
    // Who waits for nobody closes before a byte.
    error.code === 'link-lost' ? Promise.reject(notThere([address])) : silent(error),
  );
  expectMessage(hello, 'HELLO');
  stream.send({ is: 'PAIR_COMMIT', commit: commitment });

  const theirs = expectMessage(await answer().catch(silent), 'PAIR_R');
  const descriptor = parseDescriptor(theirs.descriptor);
  if (descriptor === null || !equalBytes(descriptor.tls, stream.link.spki) || descriptor.id === identity.id)
    throw notItself(address);
  const { name, key: theirKey, nonce } = theirs;
  const agreed = agree(key, theirKey, {
    commitment,
    joiner,
    waiting: { device: descriptor.id, name, key: theirKey, nonce },
    channel: stream.link.exporter(PAIRING_EXPORTER, 32),
  });
  if (agreed === null) throw notItself(address);
  stream.send({ is: 'PAIR_I', descriptor: identity.descriptor.bytes, ...own });

  const compared = new AbortController();
  // Nothing is due before the person here has answered, but that the other device ends it.
  const ended = next(stream, clock, COMPARE_MS, compared.signal).then((message): never => {
    expectMessage(message, 'OFFER');
    throw notItself(address);
  });
  const isSame = await Promise.race([
    host.compare({ code: agreed.code, name: displayName(name) }).finally(() => compared.abort()),
    ended,
  ]);
  if (!isSame)
    throw new LockstepError(
      'codes-differ',
      'The codes differ: somebody may stand between the two devices, or the other screen shows another pairing. Nothing was shared.',
      displayName(name),
    );
  const { id, secret, code } = agreed;
  return { id, secret, inviter: descriptor.id, code };
}
