// What the modules of this repository import and export, read with Vite's parser (it knows TypeScript; tsc 7 has no API to ask).
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from 'vite';

const root = resolve(import.meta.dirname, '..');

/** The modules that match, as `{ file, imports, exports }`; `file` relative to the repository. */
export function readModules(...patterns) {
  return globSync(patterns, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.d.ts'))
    .sort()
    .map((file) => ({ file, ...readModule(file, readFileSync(join(root, file), 'utf8')) }));
}

/**
 * `imports`: `{ specifier, names }`, types, re-exports and dynamic imports included; `names` null: all of it may be used.
 * `exports`: the values the module itself exports. Types are left out: one may be exported because a signature of the module names it.
 */
export function readModule(file, source) {
  const { module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const imports = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    names: namesOf(entries),
  }));
  for (const { moduleRequest } of module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end);
    imports.push({ specifier: text.replaceAll(/^['"`]|['"`]$/g, ''), names: null });
  }
  const exports = [];
  for (const entry of module.staticExports.flatMap((found) => found.entries)) {
    if (entry.moduleRequest) imports.push({ specifier: entry.moduleRequest.value, names: namesOf([entry]) });
    else if (!entry.isType && entry.exportName.kind !== 'None') exports.push(entry.exportName.name ?? 'default');
  }
  return { imports, exports };
}

function namesOf(entries) {
  const names = entries.map(({ importName: { kind, name } }) =>
    kind === 'Name' ? name : kind === 'Default' ? 'default' : null,
  );
  return names.includes(null) ? null : names;
}
