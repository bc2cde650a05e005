/** What a server answered that is no success, and what a person can do about it: ends a sentence that begins with its address. */
export function refusalWords({ status, statusText }: { readonly status: number; readonly statusText: string }): string {
  return `answers ${`${status} ${statusText}`.trim()}: ${nextStep(status)}`;
}

function nextStep(status: number): string {
  if (status === 404 || status === 410)
    return 'look at how the address is spelled, and whether what was there has been moved or deleted.';
  if (status === 401 || status === 403 || status === 407)
    return 'look at the user name and the password, and whether it is still shared with this account.';
  if (status >= 500) return 'the server itself failed. It is asked again later; if that goes on, tell whoever runs it.';
  return 'look at the address, and ask whoever runs the server if it is right.';
}
