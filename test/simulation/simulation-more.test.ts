import { describe } from 'vitest';
import { runSeeds } from './run-seeds.ts';

// A file of its own, so that it runs beside the other half.
describe('a group of computers, as chance has it', () => runSeeds(2, 2));
