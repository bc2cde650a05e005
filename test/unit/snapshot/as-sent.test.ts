import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../src/main/record/value.ts';
import { heldAsSent } from '../../../src/main/snapshot/as-sent.ts';
import { beforeOthers } from '../../../src/main/sources/text/edited-by-others.ts';

const of = (said: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value]));
const tel = (number: string): Value => ({ number });
const mail = (address: string): Value => ({ address });
const unedited = (meant: Fields, holds: Fields): Fields | null => beforeOthers('contacts', meant, holds, 'perhaps');
/** What the record said before. */
const isKnown = (_: unknown, value: Value): boolean => equalValues(value, tel('0301234561'));
const heldOf = (before: Fields | null, sent: Fields, now: Fields, isWanted = true): Fields | null =>
  heldAsSent('contacts', { before, sent, now, isWanted }, { unedited, isKnown });

const before = of({ 'phones/a': tel('0301234561'), 'emails/b': mail('one@example.org'), 'notes/c': { note: 'old' } });
const sent = new Map([...before, ...of({ 'phones/a': tel('0301234562') })]);

describe('an item that was there', () => {
  it('shows what was sent, as it is or in the way of its place', () => {
    expect(heldOf(before, sent, sent)).toEqual(sent);
    const spelled = new Map([...sent, ...of({ 'phones/a': tel('+49301234562') })]);
    expect(heldOf(before, sent, spelled)).toEqual(spelled);
  });
  it('does not where it is as it was, or as somebody else wrote it', () => {
    expect(heldOf(before, sent, before)).toBeNull();
    const others = new Map([...before, ...of({ 'phones/a': tel('0409999999') })]);
    expect(heldOf(before, sent, others)).toBeNull();
    const beside = new Map([...before, ...of({ 'emails/b': mail('two@example.org') })]);
    expect(heldOf(before, sent, beside)).toBeNull();
  });
  it('does not where only what went was sent, and it is there', () => {
    const without = new Map([...before].filter(([field]) => !field.startsWith('notes/')));
    expect(heldOf(before, without, before)).toBeNull();
    expect(heldOf(before, without, without)).toEqual(without);
  });
  it('shows what was sent with an edit on top of it, which is none of what it held', () => {
    const edited = new Map([...sent, ...of({ 'emails/b': mail('two@example.org') })]);
    expect(heldOf(before, sent, edited)).toEqual(sent);
    const less = new Map([...sent].filter(([field]) => !field.startsWith('notes/')));
    expect(heldOf(before, sent, less)).toEqual(sent);
  });
  it('is told by no time of writing', () => {
    const stamped = new Map([...sent, ...of({ updated: '2026-01-02T00:00:00Z' })]);
    const old = new Map([...before, ...of({ updated: '2026-01-02T00:00:00Z' })]);
    expect(heldOf(before, stamped, old)).toBeNull();
  });
});

describe('an item that was not there', () => {
  it('is what was sent where nobody wrote anything else in it', () => {
    expect(heldOf(null, sent, sent)).toEqual(sent);
    expect(heldOf(null, sent, before)).toBeNull();
  });
  it('is what was sent with an edit on top of it, which nobody said before', () => {
    const edited = new Map([...sent, ...of({ 'emails/b': mail('two@example.org') })]);
    expect(heldOf(null, sent, edited)).toEqual(sent);
    expect(heldOf(null, sent, edited, false)).toBeNull();
  });
  it('may be an older one, which another device put there, where it says less: that says nothing of what is wanted', () => {
    const less = new Map([...sent].filter(([field]) => !field.startsWith('notes/')));
    expect(heldOf(null, sent, less)).toBeNull();
    expect(heldOf(null, sent, less, false)).toEqual(less);
  });
});
