/** The exit statuses of the command line; scripts rely on them. */
export const EXIT = { done: 0, failed: 1, usage: 2, notInStep: 3, needsPerson: 4, noInstance: 5 } as const;

const BY_CODE: { readonly [code: string]: number } = {
  usage: EXIT.usage,
  'source-halted': EXIT.needsPerson,
  'keys-locked': EXIT.needsPerson,
  'waiting-for-approval': EXIT.needsPerson,
  'needs-person': EXIT.needsPerson,
  'no-instance': EXIT.noInstance,
};

/** The exit status for an error's code. */
export const exitStatusOf = (code: string): number => (Object.hasOwn(BY_CODE, code) ? BY_CODE[code]! : EXIT.failed);
