/**
 * Could these bytes be what a power loss leaves of a file that was to hold `whole`: cut short, or with zeroes where bytes never reached
 * the disk? Not the whole itself. Pure.
 */
export function isTorn(found: Uint8Array, whole: Uint8Array): boolean {
  if (found.length > whole.length) return false;
  let differs = found.length < whole.length;
  for (let at = 0; at < found.length; at++) {
    if (found[at] === whole[at]) continue;
    if (found[at] !== 0) return false;
    differs = true;
  }
  return differs;
}
