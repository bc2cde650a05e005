/** What the title of a test says that could not be tried here, and why: `(skipped: no Radicale)`. */
const EXCUSED = /\(skipped: .+\)/;

/** How many tests passed and failed, from the JSON reports of the two runners; `excused` names those skipped for a reason their title prints. */
export function countVitest({ numPassedTests, numTotalTests, testResults }) {
  const excused = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, fullName }) => status !== 'passed' && status !== 'failed' && EXCUSED.test(fullName))
    .map(({ fullName }) => fullName);
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests - excused.length, excused };
}

/** A test that passed only when tried again is `flaky`, and counts as failed as well; so does one that was skipped. */
export const countPlaywright = ({ stats }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky + stats.skipped,
  excused: [],
});
