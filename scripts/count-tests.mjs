// How many tests passed and failed, from the JSON reports of the two runners. A skipped test is a failure: none may be.
export const countVitest = (report) => ({
  passed: report.numPassedTests,
  failed: report.numTotalTests - report.numPassedTests,
});

/** A test that passed only when tried again is `flaky`, and counts as failed as well. */
export const countPlaywright = ({ stats }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky + stats.skipped,
});
