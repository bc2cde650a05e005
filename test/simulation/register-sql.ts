import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Lets plain Node import `x.sql?raw` as the build does: its text. */
export function registerSql(): void {
  registerHooks({
    load: (url, context, next) => {
      if (!url.endsWith('.sql?raw')) return next(url, context);
      const text = readFileSync(fileURLToPath(url.slice(0, -'?raw'.length)), 'utf8');
      return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(text)};` };
    },
  });
}
