import type { WireError } from '../../contract/contract.ts';

/** Any option of the command line: nobody in a window can give one. */
const OPTION = /(?<![\w-])--[a-z]/;

/** Why something failed, as it is said in a window. What names an option of the command line names what there is here instead. */
export function errorWords({ code, message, subject }: WireError): string {
  if (!OPTION.test(message)) return message;
  if (code === 'no-such-path')
    return `There is nothing at ${subject}. Make it first, or tick “Create it” to have it made.`;
  if (code === 'unknown-format') return `It cannot be told what is at ${subject}: choose below what it is.`;
  return message;
}
