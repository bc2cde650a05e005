const LEFT_OUT: ReadonlySet<string> = new Set(['head', 'style', 'script', 'title']);
/** Tags within a word; all others end one. */
const INLINE: ReadonlySet<string> = new Set(
  'a abbr b big cite code del em font i ins kbd mark o:p q s small span strike strong sub sup tt u'.split(' '),
);
const TAG = /^<\/?([a-z][a-z0-9:]*)/i;
const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i;
const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** Lines and the dots of a list, as programs have them in a text in place of markup. */
const ORNAMENT = /^(?:_{4,}|[*•·])$/;

/** Does HTML say just what a plain text says, word by word? With the address behind each link, as Outlook has it, or without. */
export function saysTheSame(html: string, text: string): boolean {
  const words = wordsOf(text.replace(/\s+(?=<(?:https?|mailto):)/gi, ''));
  return [false, true].some((withLinks) => wordsOf(textOf(html, withLinks)) === words);
}

/** The words of a plain text, whatever is between them. */
export const wordsOf = (text: string): string =>
  text
    .normalize()
    .split(/\s+/)
    .filter((word) => word !== '' && !ORNAMENT.test(word))
    .join(' ');

/** What is shown of HTML. In one pass, however it is nested or broken: it may be anybody's. */
function textOf(html: string, withLinks: boolean): string {
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let text = '';
  let link = { address: '', from: 0 };
  for (let at = 0; at < html.length; ) {
    const open = indexOr(html, '<', at);
    text += entitiesIn(html.slice(at, open));
    if (html.startsWith('<!--', open)) {
      at = indexOr(html, '-->', open) + 3;
      continue;
    }
    at = indexOr(html, '>', open) + 1;
    const tag = html.slice(open, at);
    const name = TAG.exec(tag)?.[1]?.toLowerCase() ?? '';
    const isEnd = tag.startsWith('</');
    if (LEFT_OUT.has(name) && !isEnd) at = indexOr(html, '>', indexOr(lower, `</${name}`, at)) + 1;
    else if (!INLINE.has(name)) text += ' ';
    if (name !== 'a') continue;
    const said = text.slice(link.from).trim();
    if (withLinks && isEnd && link.address !== '' && ![said, `mailto:${said}`].includes(link.address))
      text = `${text.trimEnd()}<${link.address}>`;
    link = { address: isEnd ? '' : addressIn(tag), from: text.length };
  }
  return text;
}

function addressIn(tag: string): string {
  const [, ...found] = HREF.exec(tag) ?? [];
  return entitiesIn(found.find((each) => each !== undefined) ?? '');
}

function indexOr(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? text.length : at;
}

function entitiesIn(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
    if (name === undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}
