import { expect } from 'chai';
import { readExtraVars, readLimit } from '../../src/load/commandLine.js';
import { selectHosts } from '../../src/resolve/patterns.js';
import { inventoryOf, sayAll } from '../support/documents.js';
import { memoryFiles } from '../support/memoryFiles.js';

const files = memoryFiles({
  'retry.txt': 'kvm1\n\n  kvm3\n',
  'typo.txt': 'kvm1\n  kwm2\n',
  'empty.txt': '\n',
  'dir/x': '',
  'vars.yml': 'a: 1\nb: [1]\n',
  'list.yml': '- a\n',
});

describe('readLimit', () => {
  const empty = '--limit:1:1 NO_HOSTS the limit is empty (name hosts, or leave --limit out for all)';
  /** As Ansible's `limit_inventory` and `inventory` have it, except that a limit of nothing is not all hosts. */
  const rows: readonly (readonly [string, string])[] = [
    [empty, ''],
    [empty, ','],
    [empty, ' , '],
    [',,kvm1', 'kvm1'],
    ['kvm1,,kvm3', 'kvm1 kvm3'],
    ['kvm1, ,    ,kvm3', 'kvm1 kvm3'],
    ['@retry.txt', 'kvm1 kvm3'],
    ['kvm2,@retry.txt,!kvm1', 'kvm2 kvm3'],
    ['--limit:1:1 FILE_NOT_FOUND none.txt does not exist', '@none.txt'],
    ['--limit:1:6 FILE_NOT_FOUND dir does not exist', 'kvm1,@dir'],
    ['--limit:1:1 NO_HOSTS empty.txt names no host', '@empty.txt'],
    ['typo.txt:2:3 UNKNOWN_HOST there is no host or group "kwm2" (did you mean "kvm2"?)', '@typo.txt'],
  ];
  for (const [left, right] of rows) {
    const [limit, expected] = /^\S+:\d/.test(left) ? [right, left] : [left, right];
    it(`makes "${expected}" of "${limit}"`, async () => {
      const inventory = await inventoryOf({ 'h.yml': 'kvm: { hosts: { "kvm[1:3]": } }\n' });
      const read = await readLimit(files, limit);
      const selected = read.value === undefined ? read : selectHosts(read.value, inventory);
      const shown = selected.diagnostics.length > 0 ? sayAll(selected.diagnostics) : selected.value;
      expect(shown?.join(' ')).to.equal(expected);
    });
  }
});

describe('readExtraVars', () => {
  const rows: readonly (readonly [readonly string[], Readonly<Record<string, unknown>>])[] = [
    [[], {}],
    [['a=1'], { a: '1' }],
    [['a=1 b=x=y'], { a: '1', b: 'x=y' }],
    [['a="x y" b=\'z w\''], { a: 'x y', b: 'z w' }],
    [['a='], { a: '' }],
    [['{a: 1, b: true}'], { a: 1, b: true }],
    [['{"a": "1"}'], { a: '1' }],
    [['a=1', 'a=2'], { a: '2' }],
    [['@vars.yml', 'a=2'], { b: 'list', a: '2' }],
    [['a={{ b }}'], { a: 'template' }],
  ];
  for (const [texts, expected] of rows) {
    it(`reads ${JSON.stringify(texts)}`, async () => {
      const { value, diagnostics } = await readExtraVars(files, texts);
      expect(sayAll(diagnostics)).to.deep.equal([]);
      const found = value?.entries.map(({ key, value: one }) => [key, one.kind === 'scalar' ? one.value : one.kind]);
      expect(Object.fromEntries(found ?? [])).to.deep.equal(expected);
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['a', '--extra-vars:1:1 WRONG_TYPE extra variables are NAME=VALUE, a YAML map or @FILE'],
    ['', '--extra-vars:1:1 WRONG_TYPE extra variables are NAME=VALUE, a YAML map or @FILE'],
    ['a=1 b', '--extra-vars:1:1 WRONG_TYPE extra variables are NAME=VALUE, a YAML map or @FILE'],
    ['[1]', '--extra-vars:1:1 WRONG_TYPE extra variables must be a map, not a list'],
    ['@none.yml', '--extra-vars:1:1 FILE_NOT_FOUND none.yml does not exist'],
    ['@list.yml', 'list.yml:1:1 WRONG_TYPE variables must be a map of names, not a list'],
    ['a=1 facts=2', '--extra-vars:1:5 CONFLICT "facts" has a meaning of its own'],
    [
      'ansible_password=x',
      '--extra-vars:1:1 NOT_SUPPORTED ansible_password is not supported (passwords are not supported: log in with a key or an agent)',
    ],
  ];
  for (const [text, message] of wrong) {
    it(`refuses "${text}"`, async () => {
      expect(sayAll((await readExtraVars(files, [text])).diagnostics)).to.deep.equal([message]);
    });
  }
});
