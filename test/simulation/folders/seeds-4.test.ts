import { runSeeds } from './run-seeds.ts';

// A file of its own, so that the test runner's workers share the seeds.
runSeeds(4, 4);
