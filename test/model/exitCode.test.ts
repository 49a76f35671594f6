import { expect } from 'chai';
import { exitCodeOf } from '../../src/model/exitCode.js';
import type { ExitFacts } from '../../src/model/exitCode.js';

/** Each fact with its code, in the order in which they win. */
const precedence: readonly (readonly [ExitFacts, number])[] = [
  [{ internal: true }, 70],
  [{ interrupted: true }, 130],
  [{ invalid: true }, 5],
  [{ locked: true }, 7],
  [{ outcomes: ['failed'] }, 2],
  [{ outcomes: ['unreachable'] }, 4],
  [{ refused: true }, 6],
  [{ error: true }, 1],
  [{ differences: true }, 3],
  [{}, 0],
];

const others: readonly (readonly [string, ExitFacts, number])[] = [
  ['an unknown outcome counts as unreachable', { outcomes: ['ok', 'unknown'] }, 4],
  ['a refused node counts as refused', { outcomes: ['changed', 'refused'] }, 6],
  ['ok, changed and skipped are fine', { outcomes: ['ok', 'changed', 'skipped'] }, 0],
  ['a failure wins over an unreachable host', { outcomes: ['unreachable', 'refused', 'failed'] }, 2],
  ['a fact that is said not to hold does not count', { internal: false, differences: true }, 3],
];

describe('exitCodeOf', () => {
  for (const [index, [facts, code]] of precedence.entries()) {
    it(`gives ${String(code)}, whatever less important holds too`, () => {
      const below = Object.assign({}, ...precedence.slice(index + 1).map(([other]) => other)) as ExitFacts;
      const outcomes = [...(below.outcomes ?? []), ...(facts.outcomes ?? [])];
      expect(exitCodeOf(facts)).to.equal(code);
      expect(exitCodeOf({ ...below, ...facts, outcomes })).to.equal(code);
    });
  }

  for (const [title, facts, code] of others) {
    it(title, () => {
      expect(exitCodeOf(facts)).to.equal(code);
    });
  }
});
