// Preloaded into `lockstep serve` by the benchmark: the first SIGUSR2 begins to measure the event-loop delay of the main thread, the
// next writes it (milliseconds) to the file LOCKSTEP_BENCH_DELAY names, and so on. Nothing runs in between.
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds between two looks; what a look counts is the time since the last one. */
const RESOLUTION = 5;
const file = process.env.LOCKSTEP_BENCH_DELAY;

if (isMainThread && file) {
  let histogram = null;
  process.on('SIGUSR2', () => {
    if (histogram === null) {
      histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
      histogram.enable();
      return;
    }
    histogram.disable();
    const over = (nanoseconds) => Math.max(0, Math.round(nanoseconds / 1e4 - RESOLUTION * 100) / 100);
    const found = { loop_p999: over(histogram.percentile(99.9)), loop_max: over(histogram.max) };
    histogram = null;
    writeFileSync(`${file}.new`, JSON.stringify(found));
    renameSync(`${file}.new`, file);
  });
}
