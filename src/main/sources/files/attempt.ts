/** Undoes a step on the way out of a failure; what it cannot undo is left to `recoverStaging`, and the first trouble is told. false: it could not. */
export function attempt(undo: () => void): boolean {
  try {
    undo();
    return true;
  } catch {
    // The failure that led here is the one to report.
    return false;
  }
}
