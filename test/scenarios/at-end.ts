/** Called when the process of the tests ends, also where Vitest ends it: with a signal, on which nobody would be called otherwise. */
export function atEnd(call: () => void): void {
  process.once('exit', call);
  process.once('SIGTERM', call);
}
// Once all who listen were called, the signal ends the process as it does where nobody listens.
process.once('SIGTERM', () => setImmediate(() => process.kill(process.pid, 'SIGTERM')));
