import { expect } from 'chai';
import { selectHosts } from '../../src/resolve/patterns.js';
import type { Inventory } from '../../src/model/inventory.js';
import { inventoryOf, sayAll, textAt } from '../support/documents.js';

const file = `
kvm:
  hosts:
    kvm[1:4]:
media:
  hosts:
    kvm2:
    nas1:
empty: {}
v6:
  hosts:
    "fe80::1":
`;

const all = 'kvm1 kvm2 kvm3 kvm4 nas1 fe80::1';

/** Pattern and the hosts that it names. */
const chosen: readonly (readonly [string, string])[] = [
  ['all', all],
  ['*', all],
  ['', all],
  [',', all],
  [',,', all],
  [',,kvm1', 'kvm1'],
  ['kvm1,,kvm3', 'kvm1 kvm3'],
  ['kvm1, ,    ,kvm3', 'kvm1 kvm3'],
  ['kvm', 'kvm1 kvm2 kvm3 kvm4'],
  ['media,kvm1', 'kvm1 kvm2 nas1'],
  ['media:kvm1', 'kvm1 kvm2 nas1'],
  ['kvm:&media', 'kvm2'],
  ['&media:kvm', 'kvm2'],
  ['!media,kvm', 'kvm1 kvm3 kvm4'],
  ['!kvm', 'nas1 fe80::1'],
  ['&kvm,&media', 'kvm2'],
  ['kvm,!kvm1,!kvm2', 'kvm3 kvm4'],
  ['kvm*', 'kvm1 kvm2 kvm3 kvm4'],
  ['*1', 'kvm1 nas1 fe80::1'],
  ['kvm?', 'kvm1 kvm2 kvm3 kvm4'],
  ['med*', 'kvm2 nas1'],
  ['~(kvm|nas)1', 'kvm1 nas1'],
  ['~k.m[34]', 'kvm3 kvm4'],
  ['kvm[0]', 'kvm1'],
  ['kvm[-1]', 'kvm4'],
  ['kvm[1:2]', 'kvm2 kvm3'],
  ['kvm[1-2]', 'kvm2 kvm3'],
  ['kvm[2:]', 'kvm3 kvm4'],
  ['kvm[2:99]', 'kvm3 kvm4'],
  ['kvm[0:1]:media[1]', 'kvm1 kvm2 nas1'],
  ['all,!kvm[1:2]', 'kvm1 kvm4 nas1 fe80::1'],
  ['empty', ''],
  ['ungrouped', ''],
  ['kvm1,!kvm1', ''],
  ['fe80::1', 'fe80::1'],
  ['!fe80::1', 'kvm1 kvm2 kvm3 kvm4 nas1'],
];

/** Pattern and what is wrong with it. */
const refused: readonly (readonly [string, string])[] = [
  ['kvmm', '1:1 UNKNOWN_HOST there is no host or group "kvmm" (did you mean "kvm"?)'],
  ['all:!medai', '1:5 UNKNOWN_HOST there is no host or group "medai" (did you mean "media"?)'],
  ['kvm1, nosuch', '1:7 UNKNOWN_HOST there is no host or group "nosuch"'],
  ['KVM1', '1:1 UNKNOWN_HOST there is no host or group "KVM1" (did you mean "kvm1"?)'],
  ['x*', '1:1 UNKNOWN_HOST "x*" matches no host and no group'],
  ['~vm', '1:1 UNKNOWN_HOST "~vm" matches no host and no group'],
  ['localhost', '1:1 UNKNOWN_HOST there is no host or group "localhost" (add it to the inventory with "ansible_connection: local")'],
  ['kvm[9]', '1:1 BAD_PATTERN "kvm[9]" is out of range: "kvm" has 4 hosts'],
  ['kvm[-9]', '1:1 BAD_PATTERN "kvm[-9]" is out of range: "kvm" has 4 hosts'],
  ['kvm[3:1]', '1:1 BAD_PATTERN "kvm[3:1]" is out of range: "kvm" has 4 hosts'],
  ['kvm[:1]', '1:1 BAD_PATTERN the range of "kvm[:1]" has no begin (count from 0: "group[0:1]")'],
  ['stor0[1:2]', '1:1 UNKNOWN_HOST there is no host or group "stor0" (a bracket at the end counts hosts: "group[0]", "group[1:3]")'],
  ['kvm,!', '1:5 BAD_PATTERN "!" stands alone (write a name after it)'],
  ['~(kvm', '1:1 BAD_PATTERN "(kvm" is not a regular expression'],
  ['~(a+)+b', '1:1 BAD_PATTERN groups of a regular expression cannot be repeated here'],
  ['~.*.*.*.*.*b', '1:1 BAD_PATTERN a regular expression repeats at most four times here'],
  [`~${'k'.repeat(201)}`, '1:1 BAD_PATTERN a regular expression has at most 200 characters'],
];

describe('selectHosts', () => {
  let inventory: Inventory;
  before(async () => {
    inventory = await inventoryOf({ 'hosts.yml': file });
  });

  for (const [pattern, hosts] of chosen) {
    it(`chooses "${hosts}" for "${pattern}"`, () => {
      const { value, diagnostics } = selectHosts([textAt('--limit', pattern)], inventory);
      expect(sayAll(diagnostics)).to.deep.equal([]);
      expect(value?.join(' ')).to.equal(hosts);
    });
  }

  for (const [pattern, message] of refused) {
    it(`refuses "${pattern.slice(0, 30)}"`, () => {
      const { value, diagnostics } = selectHosts([textAt('--limit', pattern)], inventory);
      expect(value).to.equal(undefined);
      expect(sayAll(diagnostics)).to.deep.equal([`--limit:${message}`]);
    });
  }

  it('names every mistake of a pattern', () => {
    const { diagnostics } = selectHosts([textAt('--limit', 'a1:b1,c1')], inventory);
    expect(diagnostics.map(({ at }) => at.column)).to.deep.equal([1, 7]);
  });

  it('takes each text of a list as a part of one pattern, each with its own colons', () => {
    const texts = [textAt('a', 'kvm:&media'), textAt('b', 'nas1,kvm3'), textAt('c', '!nas1')];
    expect(selectHosts(texts, inventory).value).to.deep.equal(['kvm2']);
  });
});
