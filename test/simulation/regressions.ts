import type { SimulationOptions } from './simulate.ts';

/** Every bug the simulation found, by the seed that showed it. */
export const REGRESSIONS: readonly {
  readonly seed: string;
  readonly kinds: NonNullable<SimulationOptions['kinds']>;
  readonly about: string;
}[] = [
  {
    seed: '1024',
    kinds: ['crash'],
    about: 'a look under way while earlier ones are forgotten is no look at everything',
  },
  { seed: '1030', kinds: ['disk'], about: 'content a peer could not give is asked for again' },
  { seed: '1012', kinds: ['database'], about: 'a member that lost its database has applied nothing any more' },
  { seed: '1016', kinds: ['attributes'], about: 'content that was just changing is asked for again' },
];
