import type { Change, Refusal } from '../../src/model/change.js';
import type { HostCounts, Recap } from '../../src/model/event.js';
import type { NodeRef, PlanEntry } from '../../src/model/plan.js';
import type { HostStep, Step } from '../../src/model/step.js';
import type { View } from '../../src/report/style.js';

export const hosts = ['kvm1', 'kvm2', 'kvm3'] as const;
export const playbook = 'playbooks/getting-started.yml';

/** A view without colours. */
export function view(columns: number, unicode = true): View {
  return { columns, colour: false, unicode };
}

export interface EntryInput {
  readonly name: string;
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly module?: string;
  readonly object?: readonly string[];
  readonly at?: string;
  readonly change?: Change;
  readonly steps?: readonly (Step | HostStep)[];
  readonly refusals?: readonly Refusal[];
  readonly skipped?: string;
  readonly unreachable?: Readonly<Record<string, string>>;
}

/** An entry of a plan from what matters about it. */
export function entry(input: EntryInput): PlanEntry {
  const on = input.hosts ?? [input.host ?? 'kvm1'];
  return {
    node: nodeRef(input.name, on, input),
    change: input.change ?? { kind: 'none' },
    steps: (input.steps ?? []).map((step) => ({ host: on[0] ?? 'kvm1', ...step })),
    refusals: input.refusals ?? [],
    reads: {},
    digest: '',
    ...(input.skipped === undefined ? {} : { skipped: input.skipped }),
    ...(input.unreachable === undefined ? {} : { unreachable: input.unreachable }),
  };
}

export function nodeRef(name: string, on: readonly string[], more: Partial<EntryInput> = {}): NodeRef {
  return {
    id: `${name}@${on.join('+')}`,
    name,
    module: more.module ?? 'directory',
    hosts: on,
    object: more.object ?? [],
    at: more.at ?? 'playbooks/getting-started.yml:7:5',
  };
}

export const volume = ['Image Storage "MyImageStorage"', 'External volume "MyExternalVolume"'];

/** The plan of the guide's first volume on three hosts: one has the directory with the wrong owner. */
export const gettingStarted: readonly PlanEntry[] = hosts.flatMap((host) => [
  entry({ name: 'Time service', host, module: 'service', at: 'playbooks/getting-started.yml:5:5' }),
  entry({
    name: 'directory /home/images',
    host,
    object: volume,
    change:
      host === 'kvm3'
        ? {
            kind: 'update',
            prior: { owner: 'root', group: 'root', mode: '0755' },
            desired: { owner: 'libvirt-qemu', group: 'kvm', mode: '0755' },
            fields: [
              { path: ['owner'], from: 'root', to: 'libvirt-qemu' },
              { path: ['group'], from: 'root', to: 'kvm' },
            ],
          }
        : { kind: 'create', desired: { owner: 'libvirt-qemu', group: 'kvm', mode: '0755' } },
    steps:
      host === 'kvm3'
        ? [{ kind: 'run', argv: ['chown', 'libvirt-qemu:kvm', '/home/images'] }]
        : [
            { kind: 'run', argv: ['mkdir', '-p', '/home/images'] },
            { kind: 'run', argv: ['chown', 'libvirt-qemu:kvm', '/home/images'] },
          ],
  }),
  entry({
    name: 'external volume /home/images',
    host,
    module: 'external_volume',
    object: volume,
    change: { kind: 'create', desired: { usable: true } },
    steps: [
      {
        kind: 'prove',
        title: 'libvirt-qemu can write and remove a file in /home/images',
        script: ':',
        args: ['/home/images'],
        as: 'libvirt-qemu',
      },
    ],
  }),
]);

const exports = '/srv/images 192.0.2.0/24(rw,sync)\n/srv/iso 192.0.2.0/24(ro)\n';

/** A plan with a change of every kind. */
export const everyKind: readonly PlanEntry[] = [
  ...hosts.map((host) => entry({ name: 'Time service', host, module: 'service', at: 'site.yml:4:5' })),
  entry({
    name: 'Export the images',
    module: 'file',
    at: 'site.yml:9:5',
    change: {
      kind: 'update',
      prior: { content: exports, mode: '0640' },
      desired: { content: exports.replace('ro', 'ro,insecure'), mode: '0644' },
      fields: [
        { path: ['content'], from: exports, to: exports.replace('ro', 'ro,insecure') },
        { path: ['mode'], from: '0640', to: '0644' },
      ],
    },
    steps: [{ kind: 'write', path: '/etc/exports', content: exports, mode: '0644', owner: 'root', group: 'root' }],
  }),
  entry({
    name: 'cluster "prod"',
    hosts,
    module: 'ocfs2_cluster',
    object: ['Image Storage "gold"'],
    change: {
      kind: 'update',
      prior: { heartbeat_threshold: 31 },
      desired: { heartbeat_threshold: 61 },
      fields: [{ path: ['heartbeat_threshold'], from: 31, to: 61 }],
    },
    steps: hosts.map((host) => ({
      kind: 'run',
      host,
      argv: ['systemctl', 'restart', 'o2cb'],
      risk: 'interrupts-io',
    })),
  }),
  entry({
    name: 'filesystem vm01',
    hosts,
    module: 'ocfs2_filesystem',
    object: ['Image Storage "gold"', 'OCFS2 volume "vm01"'],
    change: { kind: 'create', desired: { label: 'vm01', slots: 8 } },
    steps: [
      {
        kind: 'run',
        argv: ['mkfs.ocfs2', '-N', '8', '-L', 'vm01', '/dev/disk/by-id/wwn-0x6001405a'],
        stdin: 'y\n',
        risk: 'destroys-data',
      },
    ],
  }),
  entry({
    name: 'filesystem old01',
    hosts,
    module: 'ocfs2_filesystem',
    object: ['Image Storage "gold"', 'OCFS2 volume "old01"'],
    change: {
      kind: 'replace',
      prior: { type: 'ext4' },
      desired: { type: 'ocfs2' },
      because: 'the device holds another filesystem',
    },
    refusals: [
      {
        code: 'DEVICE_IN_USE',
        message: 'holds an ext4 filesystem "backup", 312 GiB used',
        help: 'if it may go, allow it by name: --allow-destroy old01',
        host: 'kvm1',
      },
    ],
  }),
  entry({
    name: 'mount /srv/isos',
    host: 'kvm3',
    module: 'mount',
    object: ['Media Storage "isos"'],
    change: { kind: 'delete', prior: { source: '//nas1/iso' } },
    steps: [{ kind: 'run', argv: ['umount', '/srv/isos'] }],
  }),
  ...hosts.map((host) =>
    entry({
      name: 'Reload the firewall',
      host,
      module: 'command',
      at: 'site.yml:40:5',
      change: { kind: 'unknown', reason: 'runs when the task before it changes something' },
      steps: [{ kind: 'run', argv: ['firewall-cmd', '--reload'] }],
    }),
  ),
  entry({
    name: 'Debian only',
    host: 'kvm2',
    module: 'package',
    at: 'site.yml:44:5',
    skipped: 'facts.os == "debian" is false',
  }),
];

/** Counts of a host; what is left out is 0. */
export function counts(some: Partial<HostCounts>): HostCounts {
  return { ok: 0, changed: 0, skipped: 0, refused: 0, failed: 0, unreachable: 0, unknown: 0, ...some };
}

const share = nodeRef('mount /srv/images/nfs', ['kvm2'], { object: ['Image Storage "gold"', 'External volume "NFS"'] });

/** A run that went wrong on two of three hosts. */
export const troubledRecap: Recap = {
  hosts: {
    kvm1: counts({ ok: 6, changed: 2 }),
    kvm2: counts({ ok: 3, changed: 1, failed: 1, skipped: 4 }),
    kvm3: counts({ unreachable: 8 }),
  },
  troubles: [
    {
      host: 'kvm2',
      node: share,
      outcome: {
        kind: 'failed',
        code: 'STEP_FAILED',
        message: 'mount.nfs: Connection timed out for nas1:/export/images on /srv/images/nfs',
        help: 'see whether nas1 serves NFS to this host: showmount -e nas1',
      },
    },
    {
      host: 'kvm3',
      outcome: { kind: 'unreachable', code: 'UNREACHABLE', message: 'connect ETIMEDOUT 192.0.2.13:22' },
    },
  ],
  seconds: 48.3,
};
