import { cleanParam, cleanText, decodeCarets, encodeCarets, isName, type Param, type Property } from './property.ts';

/** A component as meant: what is between its BEGIN and END. */
export interface Component {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly parts: readonly Component[];
}

/** What programs beside DTSTAMP stamp on whatever they touch: it is no data, and never a change. */
const CHURN = /^(?:X-MOZ-(?:GENERATION|LASTACK)|X-LIC-.*|X-RADICALE-NAME|X-WR-.*)$/;
/** The name Apple gives an alarm. */
const NO_CHURN = 'X-WR-ALARMUID';

/** Does this line change although nobody changed anything? */
export const isChurn = ({ name }: Property): boolean =>
  name === 'DTSTAMP' || (name.startsWith('X-') && name !== NO_CHURN && CHURN.test(name));

/** Deeper than this nothing is that anybody makes. */
const DEEPEST = 8;

/** A component in the one way to write it, for what is carried as a whole: lines without folds, no churn. */
export function componentText({ name, properties, parts }: Component): string {
  const lines = properties.flatMap((of) =>
    isChurn(of) || of.name === 'LAST-MODIFIED' || !isName(of.name) ? [] : [propertyText(of)],
  );
  return [`BEGIN:${name}`, ...lines, ...parts.map(componentText), `END:${name}`].join('\n');
}

/** What `componentText` wrote; null: it is no component, whoever sent it. */
export function parseComponent(text: string): Component | null {
  const open: { name: string; properties: Property[]; parts: Component[] }[] = [];
  let done: Component | null = null;
  for (const line of text.split('\n')) {
    if (done !== null) return null;
    const of = parseProperty(line);
    if (of === null) return null;
    if (of.name === 'BEGIN') {
      const name = of.value.toUpperCase();
      if (!isName(name) || open.length >= DEEPEST) return null;
      open.push({ name, properties: [], parts: [] });
    } else if (of.name === 'END') {
      const last = open.pop();
      if (last === undefined || last.name !== of.value.toUpperCase()) return null;
      const around = open.at(-1);
      if (around === undefined) done = last;
      else around.parts.push(last);
    } else {
      const last = open.at(-1);
      if (last === undefined) return null;
      last.properties.push(of);
    }
  }
  return done;
}

/** One line of content, without folds. */
function propertyText({ name, params, value }: Property): string {
  return `${name}${params
    .filter((each) => isName(each.name))
    .map(paramText)
    .join('')}:${cleanText(value).replaceAll('\n', ' ')}`;
}

function paramText({ name, values }: Param): string {
  const texts = values.map((value) => {
    const escaped = encodeCarets(cleanParam(value));
    return /[:;,]/.test(escaped) ? `"${escaped}"` : escaped;
  });
  return `;${name}=${texts.join(',')}`;
}

function parseProperty(line: string): Property | null {
  const name = /^[A-Za-z0-9-]{1,64}/.exec(line)?.[0] ?? '';
  if (name === '') return null;
  const params: Param[] = [];
  let at = name.length;
  while (line[at] === ';') {
    const param = /^;([A-Za-z0-9-]{1,64})=((?:"[^"]*"|[^":;,]*)(?:,(?:"[^"]*"|[^":;,]*))*)/.exec(line.slice(at));
    if (param === null) return null;
    const [whole, paramName = '', list = ''] = param;
    const values = list.match(/"[^"]*"|[^,]+/g) ?? [''];
    params.push({
      name: paramName.toUpperCase(),
      values: values.map((value) => decodeCarets(value.replace(/^"|"$/g, ''))),
    });
    at += whole.length;
  }
  return line[at] === ':' ? { name: name.toUpperCase(), params, value: line.slice(at + 1) } : null;
}
