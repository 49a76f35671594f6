import { expect } from 'chai';
import { expandRanges } from '../../src/load/ranges.js';

const rows: readonly (readonly [string, readonly string[] | string])[] = [
  ['kvm1', ['kvm1']],
  ['kvm[1:3]', ['kvm1', 'kvm2', 'kvm3']],
  ['kvm[:2]', ['kvm0', 'kvm1', 'kvm2']],
  ['h[01:10:2]', ['h01', 'h03', 'h05', 'h07', 'h09']],
  ['h[8:11]', ['h8', 'h9', 'h10', 'h11']],
  ['h[0:2]', ['h0', 'h1', 'h2']],
  ['r[a:c]x', ['rax', 'rbx', 'rcx']],
  ['r[X:Z]', ['rX', 'rY', 'rZ']],
  ['a[1:2]b[08:09]', ['a1b08', 'a1b09', 'a2b08', 'a2b09']],
  ['h[01:100]', 'the ends of [01:100] must be of equal length as the first one starts with 0'],
  ['h[3:1]', 'the range [3:1] is empty'],
  ['h[a:C]', 'the range [a:C] is empty'],
  ['h[1]', '"[1]" is not a range such as [1:3], [01:10:2] or [a:c]'],
  ['h[1:]', '"[1:]" is not a range such as [1:3], [01:10:2] or [a:c]'],
  ['h[1:2:3:4]', '"[1:2:3:4]" is not a range such as [1:3], [01:10:2] or [a:c]'],
  ['h[1:b]', 'the ends of "[1:b]" are neither two numbers nor two letters'],
  ['h[1:9:0]', 'the step of "[1:9:0]" is not a whole number above 0'],
  ['h[1:2', 'a bracket of "h[1:2" has no partner'],
  ['h1]', 'a bracket of "h1]" has no partner'],
  ['h[1:999999999]', '[1:999999999] stands for more than 10000 hosts'],
  ['h[1:1000]x[1:1000]', '"h[1:1000]x[1:1000]" stands for more than 10000 hosts'],
];

describe('expandRanges', () => {
  for (const [name, expected] of rows) {
    it(`${typeof expected === 'string' ? 'refuses' : 'expands'} ${name}`, () => {
      expect(expandRanges(name)).to.deep.equal(
        typeof expected === 'string' ? { error: expected } : { names: expected },
      );
    });
  }
});
