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
 * `own`: those of them it uses itself. `world`: the globals it names that are a clock, chance, a log or anything else outside of it. `isUnchecked`: it sets whether TLS checks
 * certificates.
 */
export function readModule(file, source) {
  const { module, program, errors } = parseSync(file, source);
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
  return {
    imports,
    exports,
    own: usedIn(program, exports),
    world: [...worldIn(program)],
    isUnchecked: setsRejectUnauthorized(program),
  };
}

function namesOf(entries) {
  const names = entries.map(({ importName: { kind, name } }) =>
    kind === 'Name' ? name : kind === 'Default' ? 'default' : null,
  );
  return names.includes(null) ? null : names;
}

/** Those of these names that are more than declared. */
function usedIn(program, names) {
  const times = new Map();
  visit(program, ({ type, name }) => {
    if (type === 'Identifier' || type === 'JSXIdentifier') times.set(name, (times.get(name) ?? 0) + 1);
  });
  return names.filter((name) => times.get(name) > 1);
}

const WORLD = new Set(
  'console process performance crypto globalThis fetch setTimeout setInterval setImmediate queueMicrotask navigator'.split(
    ' ',
  ),
);

function worldIn(program) {
  const found = new Set();
  visit(program, (node) => {
    if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
      const name = `${node.object.name}.${node.property.name}`;
      if (WORLD.has(node.object.name)) found.add(node.object.name);
      else if (name === 'Date.now' || name === 'Math.random') found.add(name);
    } else if ((node.type === 'CallExpression' || node.type === 'NewExpression') && node.callee.type === 'Identifier') {
      if (WORLD.has(node.callee.name)) found.add(node.callee.name);
      if (node.callee.name === 'Date' && node.arguments.length === 0) found.add('Date');
    }
  });
  return found;
}

function setsRejectUnauthorized(program) {
  let found = false;
  visit(program, ({ type, key }) => {
    if (type === 'Property' && (key.name ?? key.value) === 'rejectUnauthorized') found = true;
  });
  return found;
}

function visit(node, see) {
  if (Array.isArray(node)) for (const item of node) visit(item, see);
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') see(node);
    for (const value of Object.values(node)) visit(value, see);
  }
}
