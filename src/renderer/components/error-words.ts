import type { WireError } from '../../contract/contract.ts';
import { sentence } from './sentence.ts';

/** Any option of the command line: nobody in a window can give one. */
const OPTION = /(?<![\w-])--[a-z]/;

/** Why something failed, as it is said in a window. What names an option of the command line names what there is here instead. */
export function errorWords({ code, message, subject }: WireError): string {
  if (!OPTION.test(message)) return sentence(message);
  if (code === 'no-such-path')
    return `There is nothing at ${subject}. Make it first, or tick “Create it” to have it made.`;
  if (code === 'unknown-format') return `It cannot be told what is at ${subject}: choose what it is.`;
  return sentence(message);
}

/** Names of parts of the program, which tell a person nothing: all else is something of theirs. */
const OURS: ReadonlySet<string> = new Set(['invitation']);

/** What it failed with, where the words do not name it; '': nothing to be named. */
export const errorSubject = (error: WireError): string =>
  OURS.has(error.subject) || errorWords(error).includes(error.subject) ? '' : error.subject;
