/** How many items are worked at once. What holds must hold with batches of one too, so the simulator draws them small. */
export interface BatchSizes {
  /** A listing of a folder tells about so many at a time. */
  readonly listed: number;
  /** A look reads and commits so many at a time (DESIGN 9: at most 1,000 records in one transaction). */
  readonly taken: number;
  /** Changes in a package, at most 256: dots have room for no more. */
  readonly packaged: number;
  /** A construction writes and commits so many files at a time: the content of a batch lies in memory at once. */
  readonly constructed: number;
}

/** What was measured to be good with trees of 100,000 files. */
export const BATCH_SIZES: BatchSizes = { listed: 1000, taken: 1000, packaged: 256, constructed: 500 };
