import { expect } from 'chai';
import { imageStorage } from '../../modules/image_storage/index.js';
import type { Assessment, Change } from '../../src/model/change.js';
import type { JsonObject } from '../../src/model/json.js';
import type { StatusNode } from '../../src/model/status.js';
import type { Observation, Observed } from '../../src/module/module.js';

const ok = { access: 'read-write', proved: true, user: 'libvirt-qemu', mount: '/dev/sda1 (ext4) on /' };
const none: Change = { kind: 'none' };
const files = (...names: readonly string[]): Observation['inspections'][string] => ({
  value: { files: names.map((name) => ({ name, size: 7, modified: '2026-01-02T03:04:05.000Z' })), complete: true },
});
const space = { value: { total: 100, used: 40, available: 55 } };

function seen(change: Change, prior: JsonObject | null, refusals: Assessment['refusals'] = []): Observed {
  return { kind: 'assessed', assessment: { change, steps: [], refusals, prior, desired: null } };
}

interface Host {
  readonly directory?: Observed;
  readonly volume?: Observed;
  readonly space?: Observation['inspections'][string];
  readonly files?: Observation['inspections'][string];
}

function observation(host: string, look: Host): Observation {
  return {
    host,
    nodes: {
      ...(look.directory === undefined ? {} : { 'directory/v': look.directory }),
      'volume/v': look.volume ?? seen(none, { hosts: { [host]: ok } }),
    },
    inspections: { 'space/v': look.space ?? space, 'files/v': look.files ?? files() },
  };
}

function statusOf(hosts: Readonly<Record<string, Host>>, shared = false): StatusNode {
  const params = { name: 'gold', volumes: [{ name: 'v', kind: 'external', mount_point: '/home/images', shared }] };
  const observations = Object.entries(hosts).map(([host, look]) => observation(host, look));
  const node = imageStorage.observe(params, observations);
  const [volume] = node.children;
  if (volume === undefined) throw new Error('there is no volume');
  expect(node.state).to.equal(volume.state);
  return volume;
}

const unreachable: Host = {
  volume: { kind: 'unreachable', message: 'no route to host' },
  space: { error: 'unreachable' },
  files: { error: 'unreachable' },
};

describe('the status of an image storage', () => {
  const rows: readonly (readonly [string, Host, object])[] = [
    [
      'names mount and user of what is proved',
      {},
      {
        state: 'ok',
        message: 'mounted /dev/sda1 (ext4) on /, proved read-write by libvirt-qemu',
        used: 40,
        available: 55,
      },
    ],
    [
      'says when nothing was proved yet, and shows the space of the directory all the same',
      { volume: seen({ kind: 'create', desired: {} }, null) },
      { state: 'unknown', message: 'not proved yet: run apply', used: 40, available: 55 },
    ],
    [
      'says when the proof does not hold any more',
      {
        volume: seen(
          {
            kind: 'update',
            prior: {},
            desired: {},
            fields: [{ path: ['hosts', 'kvm1', 'proved'], from: false, to: true }],
          },
          { hosts: { kvm1: { ...ok, proved: false } } },
        ),
      },
      { state: 'unknown', message: 'not proved yet: run apply' },
    ],
    [
      'says when nothing can be proved',
      { volume: seen(none, { hosts: { kvm1: { access: 'not provable (one uid)', user: 'root', mount: null } } }) },
      {
        state: 'ok',
        message: 'mounted unknown, qemu access: not provable here (one uid)',
        note: 'qemu access: not provable here (one uid)',
      },
    ],
    [
      'claims nothing about a member outside the limit, of which only the marker was read',
      { volume: seen(none, { hosts: { kvm1: { marker: 'abc' } } }) },
      { state: 'unknown', message: 'outside the limit: its access was not looked at' },
    ],
    [
      'gives the reason of a refusal',
      { volume: seen({ kind: 'create', desired: {} }, null, [{ code: 'QEMU_ACCESS', message: 'no way' }]) },
      { state: 'failed', message: 'no way', used: 40 },
    ],
    [
      'knows neither space nor files of a directory that is missing',
      {
        directory: seen({ kind: 'create', desired: {} }, null),
        volume: seen({ kind: 'create', desired: {} }, null, [{ code: 'PATH_MISSING', message: 'gone' }]),
        space: { value: null },
        files: { value: null },
      },
      { state: 'failed', message: 'the directory does not exist: run apply', used: null, available: null },
    ],
    [
      'names attributes of the directory that differ',
      {
        directory: seen(
          { kind: 'update', prior: {}, desired: {}, fields: [{ path: ['mode'], from: '0755', to: '0770' }] },
          {},
        ),
      },
      {
        state: 'partial',
        message: 'mounted /dev/sda1 (ext4) on /, proved read-write by libvirt-qemu; mode 0755 instead of 0770',
      },
    ],
    [
      'does not show as 0 what could not be read',
      { space: { error: 'timed out' }, files: { error: 'Permission denied' } },
      {
        state: 'partial',
        message:
          'mounted /dev/sda1 (ext4) on /, proved read-write by libvirt-qemu; space not known: timed out; ' +
          'images not known: Permission denied',
        used: null,
        available: null,
      },
    ],
    [
      'says when files are left out',
      { files: { value: { files: [], complete: false } } },
      {
        state: 'partial',
        message: 'mounted /dev/sda1 (ext4) on /, proved read-write by libvirt-qemu; not all images are listed',
      },
    ],
    [
      'says when a host cannot be reached',
      unreachable,
      { state: 'unknown', message: 'unreachable: no route to host', used: null, available: null },
    ],
    [
      'says when a look failed',
      { volume: { kind: 'failed', message: 'cannot look at /home/images' } },
      { state: 'failed', message: 'cannot look at /home/images', used: null },
    ],
    [
      'does not know a host that was not asked',
      { volume: { kind: 'unknown', message: 'skipped' } },
      { state: 'unknown', message: 'skipped', used: null },
    ],
  ];
  for (const [title, look, expected] of rows) {
    it(title, () => {
      expect(statusOf({ kvm1: look }).hosts[0]).to.include(expected);
    });
  }

  it('lists the files of each host where each has a directory of its own', () => {
    const volume = statusOf({ kvm1: { files: files('a.qcow2') }, kvm2: { files: files('a.qcow2', 'b.qcow2') } });
    const shown = volume.children.map((image) => [image.name, image.size, image.hosts.map(({ host }) => host)]);
    expect(shown).to.deep.equal([
      ['a.qcow2', 7, ['kvm1']],
      ['a.qcow2', 7, ['kvm2']],
      ['b.qcow2', 7, ['kvm2']],
    ]);
  });

  it('lists the files of a shared volume once', () => {
    const look = { files: files('b.qcow2', 'a.qcow2') };
    const volume = statusOf({ kvm1: look, kvm2: look, kvm3: unreachable }, true);
    const shown = volume.children.map((image) => [image.name, image.hosts.map(({ host }) => host)]);
    expect(shown).to.deep.equal([
      ['a.qcow2', ['kvm1', 'kvm2']],
      ['b.qcow2', ['kvm1', 'kvm2']],
    ]);
    expect(volume).to.include({ state: 'partial', message: 'shared, 2 of 3 hosts ok', type: 'External' });
  });

  it('does not take what lies in an unproved shared directory for its images', () => {
    const volume = statusOf({ kvm1: { volume: seen({ kind: 'create', desired: {} }, null), files: files('a') } }, true);
    expect(volume.children).to.deep.equal([]);
    expect(volume.hosts[0]).to.include({ state: 'unknown', used: null, available: null });
  });

  it('gives a refusal to the host that it is about', () => {
    const refusal = { code: 'NOT_SHARED', message: 'kvm2 does not see it', host: 'kvm2' };
    const volume = seen(
      { kind: 'update', prior: {}, desired: {}, fields: [{ path: ['hosts', 'kvm2', 'marker'], from: null, to: 'a' }] },
      { hosts: { kvm1: ok, kvm2: ok } },
      [refusal],
    );
    const status = statusOf({ kvm1: { volume }, kvm2: { volume } }, true);
    expect(status.hosts.map(({ state }) => state)).to.deep.equal(['ok', 'failed']);
    expect(status.state).to.equal('partial');
  });

  it('tells all right, some right, none right and not known apart', () => {
    const bad: Host = { volume: { kind: 'failed', message: 'x' } };
    const states = [
      [{}, {}],
      [{}, bad],
      [{}, unreachable],
      [bad, bad],
      [bad, unreachable],
      [unreachable, unreachable],
    ];
    const summaries = states.map(([one = {}, two = {}]) => statusOf({ kvm1: one, kvm2: two }).state);
    expect(summaries).to.deep.equal(['ok', 'partial', 'partial', 'failed', 'failed', 'unknown']);
  });
});
