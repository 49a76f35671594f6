import { expect } from 'chai';
import type { DiagnosticCode } from '../../src/model/diagnostic.js';
import { distinct, losesFile } from '../../src/model/distinct.js';
import { problem } from '../../src/model/problem.js';

type Said = readonly [DiagnosticCode, string, number];

function said(rows: readonly Said[]) {
  return rows.map(([code, message, column]) => problem(code, message, { file: 'a.yml', line: 1, column, length: 1 }));
}

describe('distinct', () => {
  const rows: readonly (readonly [string, readonly Said[], readonly number[]])[] = [
    [
      'tells a mistake once',
      [
        ['WRONG_TYPE', 'a', 1],
        ['WRONG_TYPE', 'a', 1],
      ],
      [0],
    ],
    [
      'tells it once when it comes again with hosts',
      [
        ['WRONG_TYPE', 'a', 1],
        ['WRONG_TYPE', 'a on kvm1', 1],
      ],
      [0],
    ],
    [
      'keeps other mistakes of that place',
      [
        ['MISSING_KEY', 'a', 1],
        ['MISSING_KEY', 'b', 1],
      ],
      [0, 1],
    ],
    [
      'keeps the same mistake of another place',
      [
        ['WRONG_TYPE', 'a', 1],
        ['WRONG_TYPE', 'a', 2],
      ],
      [0, 1],
    ],
    [
      'tells nothing more of a text that is wrong',
      [
        ['UNKNOWN_MODULE', 'a', 1],
        ['BAD_TEMPLATE', 'b', 1],
      ],
      [1],
    ],
  ];
  for (const [title, all, left] of rows) {
    it(title, () => {
      const diagnostics = said(all);
      expect(distinct(diagnostics)).to.deep.equal(left.map((index) => diagnostics[index]));
    });
  }
});

describe('losesFile', () => {
  const rows: readonly (readonly [string, DiagnosticCode, string, boolean])[] = [
    ['a file of variables that is no YAML', 'BAD_YAML', 'site.yml', true],
    ['a file that does not exist', 'FILE_NOT_FOUND', 'a.yml', true],
    ['a playbook with a mistake in its YAML', 'BAD_YAML', 'a.yml', false],
    ['a wrong value', 'WRONG_TYPE', 'site.yml', false],
  ];
  for (const [title, code, playbook, expected] of rows) {
    it(`${expected ? 'holds' : 'does not hold'} for ${title}`, () => {
      expect(losesFile(said([[code, 'x', 1]]), playbook)).to.equal(expected);
    });
  }
});
