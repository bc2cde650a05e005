import { compareTexts } from './compare-texts.ts';
import type { Value } from './value.ts';

/**
 * A component of iCalendar that is carried as the text it is (an item, or a part: `text`), with its lines, the parameters of each and its parts in one
 * order: theirs tells nothing, and programs that rewrite a calendar sort them. Only to be compared. Takes whatever a peer sent: what is no
 * component stays.
 */
export function componentInOneOrder(value: Value): Value {
  if (typeof value === 'string') return inOneOrder(value);
  if (value === null || typeof value !== 'object' || !('text' in value) || typeof value.text !== 'string') return value;
  return { ...value, text: inOneOrder(value.text) };
}

function inOneOrder(text: string): string {
  const open: string[][] = [[]];
  for (const line of text.split('\n')) {
    const around = open.at(-1) as string[];
    if (/^BEGIN:/i.test(line)) open.push([line]);
    else if (/^END:/i.test(line) && open.length > 1) {
      open.pop();
      const [begin = '', ...lines] = around;
      open.at(-1)?.push([begin, ...lines.sort(compareTexts), line].join('\n'));
    } else around.push(withSortedParams(line));
  }
  return open.flat().join('\n');
}

/** Name, parameters (a value in quotes may hold any sign) and the rest of a line. */
const HEAD = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;])*)+)(:.*)$/;
const PARAM = /;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;])*/g;

function withSortedParams(line: string): string {
  const [, name, params, value] = HEAD.exec(line) ?? [];
  if (name === undefined || params === undefined || value === undefined) return line;
  return name + (params.match(PARAM) ?? []).sort(compareTexts).join('') + value;
}
