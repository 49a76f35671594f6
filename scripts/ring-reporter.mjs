import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

/** Prints one line a suite instead of one a test, every skipped test with its reason, and leaves the counts in a file. */
export default class RingReporter extends mocha.reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const { countsFile, ring } = options.reporterOption ?? {};
    const skipped = [];
    runner.on('pending', (test) => skipped.push(test));
    runner.once('end', () => {
      for (const test of skipped)
        console.log(`  skipped: ${test.fullTitle()}${test.skipReason ? ` (${test.skipReason})` : ''}`);
      if (this.failures.length > 0) mocha.reporters.Base.list(this.failures);
      const { passes, failures, pending } = this.stats;
      console.log(`  ${ring}: ${passes} passed, ${failures} failed, ${pending} skipped`);
      if (countsFile) writeFileSync(countsFile, JSON.stringify({ passes, failures, pending }));
    });
  }
}
