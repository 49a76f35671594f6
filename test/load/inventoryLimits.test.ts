import { expect } from 'chai';
import { loadInventory } from '../../src/load/inventory.js';
import { sayAll } from '../support/documents.js';
import { memoryFiles } from '../support/memoryFiles.js';

/** Groups that each hold the next one, a line each. */
function chain(length: number): readonly string[] {
  const groups = Array.from({ length }, (_, index) => `g${index}: { children: { g${index + 1}: } }`);
  return [...groups, `g${length}: { hosts: { z: } }`];
}

describe('limits of an inventory', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['takes a hundred levels of groups', chain(99).join('\n'), []],
    [
      'refuses more, at the first place of one too many',
      chain(300).join('\n'),
      ['h.yml:100:20 YAML_LIMIT groups nest deeper than 100 levels'],
    ],
    [
      'refuses more when the lowest come first',
      [...chain(300)].reverse().join('\n'),
      ['h.yml:101:21 YAML_LIMIT groups nest deeper than 100 levels'],
    ],
    [
      'refuses ranges of too many hosts in all, once',
      `k: { hosts: { ${'abcdefghijkl'.replace(/./g, '"$&[1:9999]": , ')} } }\n`,
      ['h.yml:1:90 BAD_PATTERN the inventory stands for more than 50000 hosts'],
    ],
  ];
  for (const [title, text, said] of rows) {
    it(title, async () => {
      const { diagnostics } = await loadInventory(memoryFiles({ 'h.yml': text }), { sources: ['h.yml'] });
      expect(sayAll(diagnostics)).to.deep.equal(said);
    });
  }
});
