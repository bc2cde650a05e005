import { runCommandLine } from './cli/run-command-line.ts';

// The entry without a window or a command word: `headless.js [serve's options]` is `lockstep serve [serve's options]`.
process.exitCode = await runCommandLine(['serve', ...process.argv.slice(2)]);
