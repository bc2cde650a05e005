import { enableCompileCache } from 'node:module';

// Before anything else is loaded: what is loaded later then comes compiled from the cache of an earlier call.
enableCompileCache();
const [{ runCommandLine }, { processTerminal }] = await Promise.all([
  import('./cli/run-command-line.ts'),
  import('./cli/terminal.ts'),
]);
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
