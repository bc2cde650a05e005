import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/*
 * `npm run bench [-- OPTIONS]`: the built product beside its peers, on the workloads of README.md. The runners are Python 3 with its
 * standard library, so that measuring costs the product's own runtime nothing.
 */
const python = process.env.PYTHON ?? 'python3';
const known = spawnSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
if (known.status !== 0) {
  console.error(`bench: needs Python 3.9 or later as "${python}" (set PYTHON to another).`);
  process.exit(1);
}
if (process.platform !== 'linux') {
  console.error('bench: measures by /proc and ss, so it runs on Linux only.');
  process.exit(1);
}
const script = join(import.meta.dirname, 'bench.py');
const ran = spawnSync(python, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = ran.status ?? 1;
