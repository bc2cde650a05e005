import { type Component, type ContentLine, composeLine } from '../../text/content-lines.ts';
import { isNotation } from './line-params.ts';
import { escapeText } from './vcard-text.ts';

/**
 * The card with each agent that stands in it as a card of its own (2.1) as the one line 3.0 has for it, which spans all of that: a value
 * like any other, so that whoever has no cards within cards is given it too.
 */
export function withAgents(card: Component): Component {
  if (card.components.length === 0) return card;
  const lines = card.lines.map((line) => {
    if (line.name.toUpperCase() !== 'AGENT' || line.value.trim() !== '') return line;
    const agent = card.components.find(({ start, problem }) => start === line.end && problem === null);
    return agent === undefined ? line : { ...line, end: agent.end, value: escapeText(textOf(agent), '3.0') };
  });
  return { ...card, lines };
}

function textOf({ name, lines, components }: Component): string {
  return [`BEGIN:${name}`, ...lines.map(lineText), ...components.map(textOf), `END:${name}`].join('\n');
}

function lineText({ group, name, params, value }: ContentLine): string {
  const line = {
    group,
    name,
    params: params.filter((each) => !isNotation(each)),
    value: value.replace(/\r\n?|\n/g, '\\n'),
  };
  return composeLine(line, { lineEnd: '\n', foldAt: Number.POSITIVE_INFINITY }).trimEnd();
}
