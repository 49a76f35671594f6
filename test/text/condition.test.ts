import { expect } from 'chai';
import type { Json } from '../../src/model/json.js';
import { evaluateCondition, referencesOf } from '../../src/text/evaluate.js';
import { env, helpOf, outcome, valueOfKey } from './support.js';

describe('evaluateCondition', () => {
  const cases: readonly (readonly [string, Json, RegExp?])[] = [
    ['n > 3 && s == "text"', { known: true }],
    ['n == 5.0', { known: true }],
    ['"and or not" == s', { known: false }],
    ['created.changed', { late: ['created'] }],
    ['s', { error: ['BAD_EXPRESSION 7:9+1'] }, /compare/],
    ['n', { error: ['BAD_EXPRESSION 7:9+1'] }, /!= 0/],
    ['l', { error: ['BAD_EXPRESSION 7:9+1'] }, /size/],
    ['nothing', { error: ['BAD_EXPRESSION 7:9+7'] }, /null/],
    ['s == "a" or t', { error: ['BAD_EXPRESSION 7:18+2'] }, /\|\|/],
    ['n = 5', { error: ['BAD_EXPRESSION 7:11+1'] }, /==/],
    ['s is not defined', { error: ['BAD_EXPRESSION 7:9+16'] }, /!defined\(s\)/],
    ['n in [1, 2', { error: ['BAD_EXPRESSION 7:18+1'] }],
  ];
  for (const [text, expected, help] of cases) {
    it(`takes ${text} as it stands`, () => {
      const at = { file: 't.yml', line: 7, column: 9, length: text.length };
      const result = evaluateCondition({ text, lines: [{ line: 7, column: 9 }], at }, env);
      expect(outcome(result)).to.deep.equal(expected);
      if (help !== undefined) expect(helpOf(result)).to.match(help);
    });
  }
});

describe('referencesOf', () => {
  it('names every path with its place, in all positions', () => {
    const text =
      '["{{#if a.b}}{{c}}{{/if}}{{default d 1}}", !expr "e.f[0] > 1 && defined(g)", {k: "{{#each h as |i|}}{{i.x}}{{/each}}"}]';
    const found = referencesOf(valueOfKey(text));
    expect(
      found.map(
        ({ path, at, optional }) => `${path.join('.')}@${String(at.column)}+${String(at.length)}${optional ? '?' : ''}`,
      ),
    ).to.deep.equal(['a.b@12+3', 'c@19+1', 'd@39+1?', 'e.f.0@54+6', 'g@76+1?', 'h@94+1']);
  });
});
