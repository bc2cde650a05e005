import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { putFields } from '../../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../../src/main/sources/contacts/csv/csv-format.ts';
import { withNew } from '../../fakes/text-format-laws.ts';

const NAME = fieldName('name');
const google = csvFormat('csv-google');

/** A contact of this FN and these parts, once cells of its row in a table say something else. The table has no column for a whole name. */
function renamed(
  full: string | null,
  parts: { readonly [kind: string]: string },
  ...edits: readonly (readonly [from: string, to: string])[]
): { readonly full?: string; readonly parts: readonly string[] } {
  const components = Object.entries(parts).map(([kind, value]): Value => ({ kind, value }));
  const name = { ...(full === null ? {} : { full }), ...(components.length === 0 ? {} : { components }) };
  const record = new Map<typeof NAME, Value>([[NAME, name]]);
  const held = google.project(record);
  let text = Buffer.from(withNew(google, google.empty(), held)).toString();
  for (const [from, to] of edits) {
    const at = text.indexOf(from, text.indexOf('\n'));
    expect(at, text).toBeGreaterThan(0);
    text = text.slice(0, at) + to + text.slice(at + from.length);
  }
  const split = google.split(Buffer.from(text), null);
  const now = google.read(split, split.items[0] as never, held);
  const put = putFields('contacts', record, held, now, (each) => google.project(each)).get(NAME) as {
    readonly full?: string;
    readonly components?: readonly { readonly value: string }[];
  };
  return { ...('full' in put ? { full: put.full } : {}), parts: (put.components ?? []).map(({ value }) => value) };
}

describe('a whole name of which a table has the parts', () => {
  it('follows them where it is made of them', () => {
    const made = renamed('Ana López', { surname: 'López', given: 'Ana' }, ['Ana', 'Anna']);
    expect(made).toEqual({ full: 'Anna López', parts: ['López', 'Anna'] });
  });

  it('stays where it is another than they are', () => {
    const own = renamed('Dr. Bob', { surname: 'Miller', given: 'Robert' }, ['Robert', 'Rupert']);
    expect(own).toEqual({ full: 'Dr. Bob', parts: ['Miller', 'Rupert'] });
  });

  it('follows word by word where it says more than they do, or less, or in another order', () => {
    const parts = { surname: 'García López', given: 'Ana', given2: 'María', title: 'Dr.', credential: 'PhD' };
    expect(renamed('Ana García López', parts, ['Ana', 'Anna']).full).toBe('Anna García López');
    expect(renamed('Ana García López', parts, ['Dr.', 'Prof.']).full).toBe('Ana García López');
    expect(renamed('García López, Ana', parts, ['García López', 'López']).full).toBe('López, Ana');
    const two = renamed('Ana García López', parts, ['Ana', 'López'], ['García López', 'Ana']);
    expect(two.full).toBe('López Ana');
  });

  it('loses with a part its word, and what parted it from the others', () => {
    const parts = { surname: 'Appleseed', given: 'John', given2: 'Q.', credential: 'Jr.' };
    expect(renamed('John Q. Appleseed, Jr.', parts, ['Jr.', '']).full).toBe('John Q. Appleseed');
    expect(renamed('Appleseed, John Q.', parts, ['Q.', '']).full).toBe('Appleseed, John');
    expect(renamed('John', { surname: 'Appleseed', given: 'John' }, ['John', ''])).toEqual({ parts: ['Appleseed'] });
  });

  it('stays where it cannot be told which of its words is meant, or only letters of one are', () => {
    expect(renamed('Ana Anabel', { surname: 'Bel', given: 'Ana' }, ['Ana', 'Eva']).full).toBe('Ana Anabel');
    expect(renamed('Anabel', { surname: 'Bel', given: 'Ana' }, ['Ana', 'Eva']).full).toBe('Anabel');
  });

  it('is the new one where nothing of the old one is left', () => {
    const other = renamed('The boss', { surname: 'Miller', given: 'Robert' }, ['Robert', 'Eva'], ['Miller', 'Stone']);
    expect(other).toEqual({ full: 'Eva Stone', parts: ['Stone', 'Eva'] });
  });

  it('is made up for nobody who has none', () => {
    expect(renamed(null, { surname: 'López', given: 'Ana' }, ['Ana', 'Anna'])).toEqual({ parts: ['López', 'Anna'] });
  });

  it('is what is edited where there is nothing else, though it stands where a part would', () => {
    expect(renamed('Example Company', {}, ['Company', 'Society'])).toEqual({ full: 'Example Society', parts: [] });
  });
});
