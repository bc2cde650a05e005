/** Undoes a step on the way out of a failure; what it cannot undo is left to `recoverStaging`, and the first trouble is told. */
export function attempt(undo: () => void): void {
  try {
    undo();
  } catch {
    // The failure that led here is the one to report.
  }
}
