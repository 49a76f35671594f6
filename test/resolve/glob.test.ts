import { expect } from 'chai';
import { globMatches } from '../../src/resolve/glob.js';

const rows: readonly (readonly [string, string, boolean])[] = [
  ['kvm*', 'kvm1', true],
  ['kvm*', 'kvm', true],
  ['*1', 'kvm1', true],
  ['*v*1*', 'kvm1', true],
  ['kvm?', 'kvm1', true],
  ['kvm?', 'kvm', false],
  ['kvm[12]', 'kvm2', true],
  ['kvm[1-3]x', 'kvm2x', true],
  ['kvm[!1-3]x', 'kvm2x', false],
  ['kvm[!1-3]x', 'kvm7x', true],
  ['kvm[]]x', 'kvm]x', true],
  ['kvm[', 'kvm[', true],
  ['kvm.1', 'kvmx1', false],
  ['(a+)+', 'aaa', false],
  ['KVM1', 'kvm1', false],
  [`${'*a'.repeat(200)}b`, 'a'.repeat(250), false],
];

describe('globMatches', () => {
  for (const [glob, name, expected] of rows) {
    it(`says ${expected} for ${glob.slice(0, 20)} and ${name.slice(0, 20)}`, () => {
      expect(globMatches(glob, name)).to.equal(expected);
    });
  }
});
