import { describe, expect, it } from 'vitest';
import { IgnoreRules } from '../../../../src/main/sources/files/ignore-rules.ts';

const none = { only: [], ignore: [] };

/** `id/` asks about a directory. */
const outside = (rules: IgnoreRules, asked: string): boolean =>
  asked.endsWith('/') ? rules.outside(asked.slice(0, -1), true) : rules.outside(asked, false);

describe('IgnoreRules', () => {
  it('without rules leaves out our own directory and nothing else', () => {
    const rules = new IgnoreRules('', none);
    expect(rules.empty).toBe(true);
    expect(['.lockstep/', '.lockstep/marker.json'].map((id) => outside(rules, id))).toEqual([true, true]);
    expect(['a', 'a/.lockstep/', '.lockstepignore', ''].map((id) => outside(rules, id))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it.each<[string, string, boolean]>([
    ['*.tmp', 'a/b.tmp', true],
    ['*.tmp', 'a/b.TMP', false],
    ['node_modules/', 'x/node_modules/', true],
    ['node_modules/', 'x/node_modules/y/z.js', true],
    ['node_modules/', 'node_modules', false],
    ['/build', 'build/', true],
    ['/build', 'src/build', false],
    ['*.log\n!keep.log', 'keep.log', false],
    ['*.log\n!keep.log', 'other.log', true],
    ['# comment\n\n  ', 'anything', false],
    ['docs/**/draft', 'docs/a/b/draft', true],
    ['*', 'x', true],
    ['*', '.lockstepignore', false],
    ['\ufeff*.bak\r\n*.old\r\n', 'x.old', true],
    ['a\\b', 'a\\b', false],
    ['[', 'x', false],
  ])('%j leaves out %s: %s', (text, asked, expected) => {
    expect(outside(new IgnoreRules(text, none), asked)).toBe(expected);
  });

  it('lets the settings of the source have the last word', () => {
    const rules = new IgnoreRules('*.log', { only: [], ignore: ['!keep.log', 'mine/'] });
    expect(['keep.log', 'x.log', 'mine/'].map((id) => outside(rules, id))).toEqual([false, true, true]);
    const alone = new IgnoreRules('', { only: [], ignore: ['mine/'] });
    expect([alone.empty, outside(alone, 'mine/'), outside(alone, 'yours/')]).toEqual([false, true, false]);
  });

  it.each<[readonly string[], string, boolean]>([
    [['docs/work'], 'docs/work/', false],
    [['docs/work'], 'docs/work/deep/x', false],
    [['docs/work'], 'docs/', false],
    [['docs/work'], 'docs/other', true],
    [['docs/work'], 'docs/other/', true],
    [['docs/work'], 'docs', true],
    [['docs/work'], 'music/', true],
    [['work/'], 'docs/', false],
    [['work/'], 'docs/work/x', false],
    [['docs/work', '!private'], 'music/', true],
    [['/a/*/c/'], 'a/x/', false],
    [['/a/*/c/'], 'a/x/c/y', false],
    [['/a/*/c/'], 'a/x/d/', true],
    [['a/**/z'], 'a/b/c/d/', false],
    [['a/**/z'], 'b/', true],
    [['*.pdf'], 'any/', false],
    [['*.pdf'], 'any/x.pdf', false],
    [['*.pdf'], 'any/x.txt', true],
    [['docs', '!docs/big.iso'], 'docs/small', false],
    [['docs/*', '!docs/big.iso'], 'docs/big.iso', true],
    [['docs'], '.lockstepignore', false],
    [['docs'], '.lockstep/', true],
    [[''], 'everything', false],
  ])('only %j leaves out %s: %s', (only, asked, expected) => {
    expect(outside(new IgnoreRules('', { only, ignore: [] }), asked)).toBe(expected);
  });

  it('tells a directory that is selected from one in which something selected may lie', () => {
    const rules = new IgnoreRules('', { only: ['*.jpg', 'docs', 'work/now'], ignore: [] });
    const directories = ['docs', 'docs/deep', 'work', 'work/now', 'photos'];
    expect(directories.map((id) => rules.onlyLeads(id))).toEqual([false, false, true, false, true]);
    expect(new IgnoreRules('*.tmp', none).onlyLeads('photos')).toBe(false);
  });

  it('leaves out what is ignored although it is selected', () => {
    const rules = new IgnoreRules('*.tmp', { only: ['docs'], ignore: [] });
    expect(['docs/a.tmp', 'docs/a'].map((id) => outside(rules, id))).toEqual([true, false]);
  });

  it('answers the same however often it is asked', () => {
    const rules = new IgnoreRules('*.tmp\ndeep/', none);
    for (let i = 0; i < 60_000; i++) rules.outside(`d/${i}.txt`, false);
    expect(['x.tmp', 'deep/', 'deep/x', 'x'].map((id) => outside(rules, id))).toEqual([true, true, true, false]);
  });
});
