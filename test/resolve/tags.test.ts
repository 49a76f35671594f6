import { expect } from 'chai';
import { isSelected } from '../../src/resolve/tags.js';

/** Tags of the task, --tags, --skip-tags, whether it runs: as Ansible's `test_tags` has it. */
const rows: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['never,a', '', '', false],
  ['always', '', '', true],
  ['a', 'a', '', true],
  ['a,b', 'b', '', true],
  ['b', 'a', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['never,a', 'a', '', true],
  ['never', 'never', '', true],
  ['a', 'all', '', true],
  ['never', 'all', '', false],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['never', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['always', 'untagged', '', true],
  ['ünïcode', 'ünïcode', '', true],
  ['a', '', 'a', false],
  ['a', 'a', 'a', false],
  ['a,b', 'b', 'a', false],
  ['', '', 'a', true],
  ['always', '', 'always', false],
  ['always', 'a', 'always', false],
  ['always', '', 'all', true],
  ['always', '', 'all,always', false],
  ['a', '', 'all', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
  ['a', '', 'untagged', true],
];

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

describe('isSelected', () => {
  for (const [tags, only, skip, expected] of rows) {
    it(`${expected ? 'runs' : 'leaves out'} [${tags}] with --tags "${only}" --skip-tags "${skip}"`, () => {
      expect(isSelected(words(tags), { only: words(only), skip: words(skip) })).to.equal(expected);
    });
  }
});
