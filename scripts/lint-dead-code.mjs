// Dead code: files of src/ no entry leads to, exports nobody imports, dependencies nobody uses.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readModules } from './read-modules.mjs';

/** Where the program starts. Every `*-thread.ts` is one as well. */
const ENTRIES = new Set([
  'src/main/cli.ts',
  'src/main/headless.ts',
  'src/main/electron.ts',
  'src/preload/index.ts',
  'src/renderer/main.tsx',
]);
const isEntry = (file) => ENTRIES.has(file) || /-thread\.ts$/.test(file);

/** Tools that are run, and types that are read, without an import. */
const RUN = new Set(['@biomejs/biome', 'electron', 'electron-builder', 'node', 'playwright', 'typescript']);
const isTool = (name) => RUN.has(name) || name.startsWith('@types/');

/**
 * What is dead among these modules (`{ file, imports, exports, own }`), as sentences. An export is in use where the product imports it, or a test does and
 * its own module uses it; a test is no way to a file.
 */
export function deadCode(modules, dependencies) {
  const byFile = new Map(modules.map((module) => [module.file, module]));
  const used = new Map(modules.map(({ file }) => [file, new Set()]));
  const tried = new Map(modules.map(({ file }) => [file, new Set()]));
  const packages = new Set();
  for (const { file, imports } of modules) {
    for (const { specifier, names } of imports) {
      const target = targetOf(file, specifier);
      if (target === null) packages.add(packageOf(specifier));
      else
        for (const name of names ?? byFile.get(target)?.exports ?? [])
          (file.startsWith('src/') ? used : tried).get(target)?.add(name);
    }
  }
  const reached = reachable(byFile);
  const product = modules.filter(({ file }) => file.startsWith('src/'));
  return [
    ...product.filter(({ file }) => !reached.has(file)).map(({ file }) => `${file}: no entry leads here`),
    ...product
      .filter(({ file }) => reached.has(file) && !isEntry(file))
      .flatMap(({ file, exports, own = [] }) =>
        exports.flatMap((name) => {
          if (used.get(file).has(name)) return [];
          if (!tried.get(file).has(name)) return `${file}: nobody imports ${name}`;
          return own.includes(name) ? [] : `${file}: only tests use ${name}`;
        }),
      ),
    ...dependencies
      .filter((name) => !packages.has(name) && !isTool(name))
      .map((name) => `package.json: nobody imports ${name}`),
  ];
}

function reachable(byFile) {
  const reached = new Set();
  const next = [...byFile.keys()].filter(isEntry);
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (reached.has(file) || !byFile.has(file)) continue;
    reached.add(file);
    next.push(
      ...byFile
        .get(file)
        .imports.map(({ specifier }) => targetOf(file, specifier))
        .filter((target) => target !== null),
    );
  }
  return reached;
}

const targetOf = (file, specifier) =>
  specifier.startsWith('.') ? join(dirname(file), specifier).replaceAll('\\', '/') : null;
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8'));
  const modules = readModules('src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx,mjs}', 'scripts/*.mjs', '*.config.ts');
  const trouble = deadCode(modules, [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]);
  for (const line of trouble) console.error(line);
  console.log(trouble.length === 0 ? 'No dead code.' : `${trouble.length} dead.`);
  process.exitCode = trouble.length === 0 ? 0 : 1;
}
