import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded: what is loaded later then comes compiled from the cache of an earlier call. Beside what was built, not
// in the system's temporary folder, which others can write to; where it cannot be written it is left out.
enableCompileCache(join(import.meta.dirname, '..', 'compile-cache'));
const { runCommandLine } = await import('./cli/run-command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
