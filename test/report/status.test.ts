import { expect } from 'chai';
import type { HostStatus, StatusNode, StatusReport } from '../../src/model/status.js';
import { renderStatusTable } from '../../src/report/statusTable.js';
import { renderStatus } from '../../src/report/statusView.js';
import { hosts, view } from './samples.js';

const GiB = 1024 ** 3;

function onHost(host: string, more: Partial<HostStatus> = {}): HostStatus {
  return { host, state: 'ok', message: '', used: GiB, available: 3 * GiB, ...more };
}

function node(kind: StatusNode['kind'], more: Partial<StatusNode> = {}): StatusNode {
  return { kind, name: 'x', state: 'ok', message: '', hosts: [], children: [], ...more };
}

function report(storage: StatusNode): StatusReport {
  return {
    format: 1,
    time: '2026-11-23T09:44:10Z',
    hosts: hosts.map((host) => ({ host, reachable: true, message: '' })),
    imageStorages: [storage],
    mediaStorages: [],
    directStorages: [],
  };
}

function volume(rows: readonly HostStatus[], more: Partial<StatusNode> = {}): StatusReport {
  const external = node('volume', { type: 'External', mountPoint: '/m', hosts: rows, ...more });
  return report(node('image_storage', { name: 's', hosts: rows, children: [external] }));
}

describe('renderStatus', () => {
  it('says that nothing is declared', () => {
    const empty = { ...report(node('image_storage')), imageStorages: [] };
    expect(renderStatus(empty, view(80))).to.equal(
      'Image Storages\n  none declared\nMedia Storages\n  none declared\nDirect Storages\n  none declared\n\n3 of 3 hosts read, 2026-11-23 09:44:10 UTC\n',
    );
  });

  it('shows hosts that stand alike in one row', () => {
    const text = renderStatus(volume(hosts.map((host) => onHost(host))), view(80));
    expect(text).to.contain('kvm1 kvm2 kvm3  ● ok  [███░░░░░░░]  25 %   1.00 GiB used, 3.00 GiB free\n');
  });

  it('says what "ok" does not cover, and nothing else of a host that is well', () => {
    const text = renderStatus(
      volume([onHost('kvm1', { message: 'proved' }), onHost('kvm2', { message: 'seen', note: 'not provable here' })]),
      view(100),
    );
    expect(text).to.match(/kvm1 {2}● ok .* free\n/);
    expect(text).to.match(/kvm2 {2}● ok .* free {2}not provable here\n/);
  });

  const unknowns: readonly (readonly [string, Partial<HostStatus>, string])[] = [
    [
      'a host that could not be asked',
      { state: 'unknown', used: null, available: null, message: 'timed out' },
      '? unknown  timed out',
    ],
    ['space that could not be read', { used: null, available: null }, '● ok  ? used, ? free'],
    ['half of the space', { used: null }, '● ok  ? used, 3.00 GiB free'],
    [
      'a volume that is not mounted',
      { state: 'failed', used: null, available: null, message: 'not mounted' },
      '✖ failed  not mounted',
    ],
    ['a volume without a message', { state: 'unknown', used: null, available: null }, '? unknown'],
  ];
  for (const [title, facts, row] of unknowns) {
    it(`never shows 0 for ${title}`, () => {
      const text = renderStatus(volume([onHost('kvm1', facts)]), view(80));
      expect(text).to.contain(`kvm1  ${row}\n`);
      expect(text).not.to.match(/\b0 (B|%)/);
    });
  }

  it('shows a file whose size could not be read as ?', () => {
    const text = renderStatus(volume([onHost('kvm1')], { children: [node('image', { name: 'a.qcow2' })] }), view(80));
    expect(text).to.contain('▪ a.qcow2  ? B\n');
  });

  it('shows some of many files unless all are asked for', () => {
    const files = Array.from({ length: 55 }, (_, index) => node('image', { name: `f${String(index)}`, size: 1 }));
    const some = volume([onHost('kvm1')], { children: files });
    expect(renderStatus(some, view(80))).to.contain('└─ and 35 more\n');
    expect(renderStatus(some, { ...view(80), verbose: true })).to.contain('└─ ▪ f54');
  });

  it('marks space that is nearly used up, and explains the mark', () => {
    const full = renderStatus(volume([onHost('kvm1', { used: 9 * GiB, available: GiB })]), view(80));
    expect(full).to.contain('  90 % ! 9.00 GiB used, 1.00 GiB free\n');
    expect(full).to.contain('! at least 90 % used\n');
    const free = renderStatus(volume([onHost('kvm1', { used: 8.9 * GiB, available: 1.1 * GiB })]), view(80));
    expect(free).not.to.contain('!');
  });

  it('tells the message of the last look once', () => {
    const down = { state: 'failed', message: 'no route', used: null, available: null } as const;
    const text = renderStatus(volume([onHost('kvm1', down)], { state: 'failed', message: 'no route' }), view(80));
    expect(text.match(/no route/g)).to.have.length(1);
  });
});

describe('renderStatusTable', () => {
  it('has a line for each object and host, and ? for what is not known', () => {
    const rows = [onHost('kvm1'), onHost('kvm2', { state: 'unknown', used: null, available: null, message: 'a\tb' })];
    const files = [node('image', { name: 'f', size: 0 }), node('image', { name: 'g' })];
    expect(renderStatusTable(volume(rows, { children: files })).split('\n')).to.eql([
      'kind\tstorage\tname\ttype\tmount_point\thost\tstate\tused\tavailable\tsize\tmessage',
      'image_storage\ts\ts\t-\t-\tkvm1\tok\t1073741824\t3221225472\t-\t-',
      'image_storage\ts\ts\t-\t-\tkvm2\tunknown\t?\t?\t-\ta\\tb',
      'volume\ts\tx\tExternal\t/m\tkvm1\tok\t1073741824\t3221225472\t-\t-',
      'volume\ts\tx\tExternal\t/m\tkvm2\tunknown\t?\t?\t-\ta\\tb',
      'image\ts\tf\t-\t-\t-\tok\t-\t-\t0\t-',
      'image\ts\tg\t-\t-\t-\tok\t-\t-\t?\t-',
      '',
    ]);
  });
});
