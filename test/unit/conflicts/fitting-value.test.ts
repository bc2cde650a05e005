import { expect, it } from 'vitest';
import { whyUnfitting } from '../../../src/main/conflicts/fitting-value.ts';
import type { Value } from '../../../src/main/record/value.ts';

const PHONE = { number: '+1 555 0111', features: { mobile: true }, label: 'Boat' };
const WHEN = { start: '2026-12-01T09:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H' };

it.each<[string, Value, readonly Value[]]>([
  ['a number instead of an entry', 5, [PHONE]],
  ['a text instead of an entry', 'hello', [PHONE]],
  ['a list instead of an entry', [1, 2], [PHONE]],
  ['bytes instead of an entry', new Uint8Array(1), [PHONE]],
  ['an entry that says nothing of it', { foo: 1 }, [PHONE, { number: '2' }]],
  ['a part of another kind', { number: 5 }, [PHONE]],
  ['flags that are a text', { number: '+1', features: 'mobile' }, [PHONE]],
  ['flags that are numbers', { number: '+1', features: { mobile: 1 } }, [PHONE]],
  ['an entry instead of a text', { title: 'x' }, ['x']],
])('refuses %s', (_, given, known) => expect(whyUnfitting(given, known)).toContain('like one of those'));

it.each<[string, Value, readonly Value[]]>([
  ['another number', { number: '+1 555 0122' }, [PHONE]],
  ['further parts', { number: '+1', pref: 1, features: { fax: true } }, [PHONE]],
  ['like one of several', 'circa 1800', [{ year: 1800 }, 'about 1800']],
  ['a part that is empty', { ...WHEN, timeZone: null }, [WHEN]],
  ['anything where all cleared it', { number: '1' }, [null]],
  ['clearing it', null, [PHONE]],
])('takes %s', (_, given, known) => expect(whyUnfitting(given, known)).toBe(null));
