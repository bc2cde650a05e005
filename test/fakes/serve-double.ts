import { processTerminal } from '../../src/main/cli/terminal.ts';
import { serve } from '../../src/main/serve.ts';

// `node serve-double.ts DIR [RELAY]`: `lockstep serve --data DIR --no-ui` with an engine double in the engine's place.
const { note } = processTerminal();
process.exitCode = await serve({
  dataDirectory: process.argv[2] ?? '',
  listen: null,
  ui: null,
  discovery: false,
  relay: process.argv[3] ?? null,
  engineScript: new URL('./engine-double-thread.ts', import.meta.url),
  onReady: () => console.log('ready'),
  log: (line) => note(`${line}\n`),
});
