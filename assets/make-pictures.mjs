// Draws icon.png and the tray's pictures from icon.svg and the shapes below. Run it after changing either: node assets/make-pictures.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from '../scripts/find-chromium.mjs';

const here = import.meta.dirname;
const icon = readFileSync(join(here, 'icon.svg'), 'utf8');

// 16 units wide: at this size the two flights of steps need thicker lines and fewer steps.
const flights = (far, near) => `<g fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
  <path d="M3.5 9.5V7H6.5V4H9.5" stroke="${far}"/><path d="M6.5 12.5V10.5H9.5V7.5H12.5V5.5" stroke="${near}"/></g>`;
/** In the corner: what is special about the state. `hole` clears the ground around it. */
const MARKS = {
  still: () => '',
  busy: (colour) => `<path d="M9.6 12.7a2.6 2.6 0 1 0 .9-2" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linecap="round"/><path d="M10.1 8.9v2.1h2.1z" fill="${colour}"/>`,
  attention: (colour) => `<circle cx="12.5" cy="12.5" r="3.2" fill="${colour}"/>`,
  paused: (colour) => `<path d="M11 10.2v4.6M14 10.2v4.6" stroke="${colour}" stroke-width="1.7" stroke-linecap="round"/>`,
};
const COLOURS = { still: '', busy: '#fff', attention: '#ffb020', paused: '#fff' };
const HOLE = '<mask id="m"><rect width="16" height="16" fill="#fff"/><circle cx="12.5" cy="12.5" r="4.6" fill="#000"/></mask>';

function coloured(name) {
  const ground = '<rect x="0.5" y="0.5" width="15" height="15" rx="3.8" fill="#0c6b5e"/>';
  if (name === 'still') return `${ground}${flights('#8fe3d0', '#fff')}`;
  return `${HOLE}${ground}<g mask="url(#m)">${flights('#8fe3d0', '#fff')}</g>${MARKS[name](COLOURS[name])}`;
}
function template(name) {
  if (name === 'still') return flights('#000', '#000');
  return `${HOLE}<g mask="url(#m)">${flights('#000', '#000')}</g>${MARKS[name]('#000')}`;
}

const browser = await chromium.launch({ executablePath: findChromium() ?? undefined });
const page = await browser.newPage();
async function draw(svg, size, file) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  writeFileSync(join(here, file), await page.screenshot({ omitBackground: true }));
}
const small = (inner) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${inner}</svg>`;
mkdirSync(join(here, 'tray'), { recursive: true });
await draw(icon, 512, 'icon.png');
for (const name of Object.keys(MARKS)) {
  for (const [suffix, size] of [['', 16], ['@2x', 32]]) {
    await draw(small(coloured(name)), size, `tray/${name}${suffix}.png`);
    await draw(small(template(name)), size, `tray/${name}Template${suffix}.png`);
  }
}
await browser.close();
