const ENDS: { readonly [why: string]: string } = {
  'time': 'The two minutes are over, and no device came.',
  'different':
    'On the other device somebody said that the codes differ: somebody else may stand between the two. Nothing was shared.',
  'denied': 'It was said here that the codes differ. Nothing was shared.',
  'cancelled': 'It was ended on the other device.',
  'gone': 'The connection to the other device broke, or it was ended there.',
  'timeout': 'It took too long until both had said that the codes are the same.',
  'not-admitted': 'The device could not be let in: what lets it in could not be written here.',
};

/**
 * How an attempt to pair nearby ended, or the waiting did (`NearbyWindowView.why`), on the device that shares. `from`: the address of who tried, where
 * there was one.
 */
export function nearbyEndWords(why: string, from?: string): string {
  const who = from === undefined ? 'Something' : `Something at ${from}`;
  if (why === 'disturbed')
    return (
      `${who} in this network asked, and went before there was a code to compare. If that was not your other device, wait again: others go ` +
      'first then for a minute. Or invite it with a link. Nothing was shared.'
    );
  return ENDS[why] ?? `${who} tried, and did not prove that it is what it says. Nothing was shared.`;
}

/** `1:05`, until a moment in ISO 8601; never below zero. `now`: milliseconds since 1970. */
export function timeLeft(until: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
