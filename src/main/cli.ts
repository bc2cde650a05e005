import { enableCompileCache } from 'node:module';

// Before anything else is loaded: what is loaded later then comes compiled from the cache of an earlier call.
enableCompileCache();
const { runCommandLine } = await import('./cli/run-command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
