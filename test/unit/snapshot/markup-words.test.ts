import { expect, it } from 'vitest';
import { saysTheSame } from '../../../src/main/snapshot/markup-words.ts';

it.each([
  ['<p>Guten Tag,<o:p></o:p></p><p>&nbsp;</p><p>bis <b>mor</b>gen</p>', 'Guten Tag,\n\nbis morgen\n'],
  [
    '<html><head><title>x</title><style><!-- p {} --></style></head><BODY>a &lt;b&gt; &#8364; &#x41;</BODY>',
    'a <b> € A',
  ],
  ['<ul><li>one</li><li>two</li></ul><hr>', '* one\n* two\n________________\n'],
  ['<a href="https://a.example/?x=1&amp;y">Join</a> us', 'Join <https://a.example/?x=1&y> us'],
  ['<a href="https://a.example/">Join</a> us', 'Join us'],
  ["<a href='mailto:a@b.example'>a@b.example</a>", 'a@b.example'],
  ['İ <!-- x --> <script>no</script> y', 'İ y'],
  ['<div></div>', ''],
])('%s says the same as %j', (html, text) => expect(saysTheSame(html, text)).toBe(true));

it.each([
  ['<b>Bring</b> the plans', 'Bring the keys'],
  ['<b>Bring</b> the plans', 'Bring the'],
  ['<a href="https://a.example/">Join</a>', 'Join <https://b.example/>'],
  ['to<br>day', 'today'],
  ['&unknown; &#9999999;', ''],
])('%s does not say the same as %j', (html, text) => expect(saysTheSame(html, text)).toBe(false));

it.each(['<style>', '<!--', '<', '&', '<a href=', '</a>'])('reads %s many times over in one pass', (piece) => {
  expect(saysTheSame(piece.repeat(200_000), 'x')).toBe(false);
});
