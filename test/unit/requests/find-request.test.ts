import { expect, it } from 'vitest';
import { findRequest } from '../../../src/main/requests/find-named.ts';

it('a pairing request is named by its id, or as much of that as no other begins with', () => {
  const requests = () => ['ab12cd', 'ab34ef', 'ab'].map((request) => ({ request }));
  const engine = { network: { admissions: { requests } } } as unknown as Parameters<typeof findRequest>[0];
  const found = (text: string) => findRequest(engine, text);
  expect(['ab12cd', 'ab3', 'ab', 'a', '', 'zz'].map(found)).toEqual(['ab12cd', 'ab34ef', 'ab', 'a', '', 'zz']);
  const longer = { network: { admissions: { requests: () => requests().slice(0, 2) } } } as unknown as typeof engine;
  expect(() => findRequest(longer, 'ab')).toThrow(
    expect.objectContaining({ code: 'ambiguous', subject: 'ab', message: expect.stringContaining('ab12cd, ab34ef') }),
  );
});
