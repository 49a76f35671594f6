import { expect } from 'chai';
import type { Json } from '../../src/model/json.js';
import type { Step } from '../../src/model/step.js';
import { countDiff, unifiedDiff } from '../../src/report/fileDiff.js';
import { count, formatBytes, formatClock, formatSeconds, lineCount, percentUsed } from '../../src/report/quantities.js';
import { fieldText, shortValue } from '../../src/report/values.js';
import { describeStep, hostList, noChanges } from '../../src/report/words.js';
import type { Coverage } from '../../src/report/words.js';

const steps: readonly (readonly [Step, string])[] = [
  [{ kind: 'run', argv: ['mkdir', '-p', '/home/images'] }, 'mkdir -p /home/images'],
  [{ kind: 'run', argv: ['echo', 'two words', "it's", ''] }, "echo 'two words' 'it'\\''s' ''"],
  [{ kind: 'run', argv: ['printf', 'a\nb\x1b'] }, "printf $'a\\nb\\x1b'"],
  [{ kind: 'run', argv: ['rm', '$HOME;x', '*'] }, "rm '$HOME;x' '*'"],
  [{ kind: 'run', argv: ['mkfs'], stdin: 'y\n', as: 'root' }, 'mkfs (as root, with 1 line on stdin)'],
  [{ kind: 'run', argv: ['make'], env: { A: 'x y' }, cwd: '/srv' }, "A='x y' make (in /srv)"],
  [{ kind: 'write', path: '/etc/exports', content: 'a\nb\n', mode: '0644' }, 'write /etc/exports (2 lines, mode 0644)'],
  [{ kind: 'write', path: '/a b', content: '', owner: 'root' }, "write '/a b' (empty, owner root)"],
  [{ kind: 'write', path: '/a', content: 'x', group: 'kvm' }, 'write /a (1 line, owner :kvm)'],
  [{ kind: 'prove', title: 'qemu can write', script: 'x', args: [] }, 'prove: qemu can write'],
];

const values: readonly (readonly [Json, string])[] = [
  [null, 'none'],
  [true, 'true'],
  [61, '61'],
  ['root', 'root'],
  ['0644', '0644'],
  ['61', '"61"'],
  ['true', '"true"'],
  ['', '""'],
  ['two words', '"two words"'],
  ['//nas1/iso', '//nas1/iso'],
  ['a\nb\nc\n', '3 lines'],
  [`sha256:${'ab'.repeat(32)}`, 'sha256:abababababab'],
  [['a', 'b'], '[a, b]'],
  [[], 'empty list'],
  [{ a: 1 }, '{a: 1}'],
  [Array.from({ length: 40 }, (_, index) => `item${String(index)}`), '40 items'],
  ['x'.repeat(10_000), `${'x'.repeat(69)}...`],
];

const many = Array.from({ length: 12 }, (_, index) => `host-${String(index)}`);

const fields: readonly (readonly [Json, Json, string])[] = [
  ['root', 'qemu', 'root -> qemu'],
  ['1', 1, '"1" -> 1'],
  ['a\nb\n', 'a\nc\n', '2 lines -> 2 lines (+1 -1)'],
  [`${'z'.repeat(90)}1`, `${'z'.repeat(90)}2`, `${'z'.repeat(69)}... -> ${'z'.repeat(69)}... (other content)`],
  ['***', '***', '(changed, hidden)'],
  [many, [...many.slice(1), 'new'], 'adds new; removes host-0'],
];

const bytes: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '0.98 KiB'],
  [1024 ** 3, '1.00 GiB'],
  [58.14 * 1024 ** 3, '58.1 GiB'],
  [1023.9 * 1024 ** 3, '1.00 TiB'],
  [2 ** 70, '1024 EiB'],
];

const seconds: readonly (readonly [number, string])[] = [
  [0, '0 ms'],
  [0.24, '240 ms'],
  [3.14, '3.1 s'],
  [9.96, '10 s'],
  [59.7, '1 min 00 s'],
  [247, '4 min 07 s'],
  [3720, '1 h 02 min'],
];

describe('words', () => {
  for (const [step, text] of steps) {
    it(`describes a step as ${text}`, () => {
      expect(describeStep(step)).to.equal(text);
    });
  }
  for (const [value, text] of values) {
    it(`shows ${JSON.stringify(value).slice(0, 30)} as ${text.slice(0, 30)}`, () => {
      expect(shortValue(value)).to.equal(text);
    });
  }
  for (const [from, to, text] of fields) {
    it(`shows the change ${text.slice(0, 40)}`, () => {
      expect(fieldText({ path: ['x'], from, to })).to.equal(text);
    });
  }
  for (const [value, text] of bytes) {
    it(`shows ${String(value)} bytes as ${text}`, () => {
      expect(formatBytes(value)).to.equal(text);
    });
  }
  for (const [value, text] of seconds) {
    it(`shows ${String(value)} seconds as ${text}`, () => {
      expect(formatSeconds(value)).to.equal(text);
    });
  }

  it('calls a volume full or empty only when it is', () => {
    expect([percentUsed(999_999, 1), percentUsed(1, 999_999), percentUsed(5, 0), percentUsed(0, 0)]).to.eql([
      99, 1, 100, 0,
    ]);
  });

  it('uses the right plural', () => {
    expect([count(1, 'host'), count(0, 'host'), count(2, 'entry', 'entries')]).to.eql([
      '1 host',
      '0 hosts',
      '2 entries',
    ]);
    expect([lineCount('a'), lineCount('a\n'), lineCount('a\nb')]).to.eql(['1 line', '1 line', '2 lines']);
  });

  it('shows a clock that goes past the hour', () => {
    expect([formatClock(48), formatClock(3727), formatClock(-1)]).to.eql(['00:48', '1:02:07', '00:00']);
  });

  it('names few hosts and counts many', () => {
    expect(hostList(many, many)).to.equal('all 12 hosts');
    expect(hostList(many.slice(1), many, 3)).to.equal('host-1 host-2 host-3 and 8 more');
    expect(hostList(['a', 'b'], ['a', 'b'])).to.equal('a b');
  });
});

describe('noChanges', () => {
  const all: Coverage = { playbook: 'x.yml', matching: 23, skipped: 0, unread: 0, hosts: 3, unreachable: [] };
  const rows: readonly (readonly [Partial<Coverage>, string])[] = [
    [{}, 'No changes. All 23 resources on 3 hosts match x.yml.'],
    [{ matching: 1, hosts: 1 }, 'No changes. The only resource on 1 host matches x.yml.'],
    [{ matching: 20, skipped: 3 }, 'No changes. 20 resources on 3 hosts match x.yml. 3 resources were skipped.'],
    [{ matching: 0, skipped: 1 }, 'Nothing to do: x.yml has nothing for 3 hosts. 1 resource was skipped.'],
    [
      { matching: 15, unread: 8, unreachable: ['kvm3'] },
      'No changes where hosts could be read: 15 resources on 2 of 3 hosts match x.yml. Not known: 8 resources on kvm3.',
    ],
  ];
  for (const [facts, sentence] of rows) {
    it(`says: ${sentence}`, () => {
      expect(noChanges({ ...all, ...facts })).to.equal(sentence);
    });
  }
});

describe('fileDiff', () => {
  const from = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';

  it('shows three lines around a change', () => {
    const lines = unifiedDiff(from, from.replace('five', '5')).map((line) => line.text);
    expect(lines).to.eql(['@@ -2,7 +2,7 @@', ' two', ' three', ' four', '-five', '+5', ' six', ' seven', ' eight']);
  });

  it('tells when the last line has no end', () => {
    const lines = unifiedDiff('a\n', 'a').map((line) => line.text);
    expect(lines).to.eql(['@@ -1 +1 @@', '-a', '+a', '\\ No newline at end of file']);
  });

  it('shows nothing for equal texts', () => {
    expect(unifiedDiff(from, from)).to.eql([]);
    expect(countDiff(from, from)).to.eql({ added: 0, removed: 0 });
  });

  it('replaces texts as a whole that have nothing in common', () => {
    const left = Array.from({ length: 5000 }, (_, index) => `left ${String(index)}\n`).join('');
    const right = left.replaceAll('left', 'right');
    expect(unifiedDiff(left, right)).to.have.length(10_000);
    expect(countDiff(left, right)).to.eql({ added: 5000, removed: 5000 });
  });
});
