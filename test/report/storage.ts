import type { StatusNode, StatusReport } from '../../src/model/status.js';
import { hosts } from './samples.js';

const GiB = 1024 ** 3;

function gib(amount: number): number {
  return Math.round(amount * GiB);
}

function media(kind: 'image' | 'iso' | 'fvm', name: string, size: number): StatusNode {
  return { kind, name, size, state: 'ok', message: '', modified: '2026-11-20T10:12:00Z', hosts: [], children: [] };
}

/** The guide's storage on three hosts, one of which did not answer. */
export const storage: StatusReport = {
  format: 1,
  time: '2026-11-23T09:44:10Z',
  hosts: [
    { host: 'kvm1', reachable: true, message: '' },
    { host: 'kvm2', reachable: true, message: '' },
    { host: 'kvm3', reachable: false, message: 'connect ETIMEDOUT 192.0.2.13:22' },
  ],
  imageStorages: [
    {
      kind: 'image_storage',
      name: 'MyImageStorage',
      state: 'partial',
      message: 'not known on kvm3',
      hosts: hosts.map((host) => ({
        host,
        state: host === 'kvm3' ? 'unknown' : 'ok',
        message: '',
        used: null,
        available: null,
      })),
      children: [
        {
          kind: 'volume',
          name: 'MyExternalVolume',
          type: 'External',
          state: 'partial',
          message: 'kvm3 could not be asked',
          mountPoint: '/home/images',
          hosts: [
            { host: 'kvm1', state: 'ok', message: 'libvirt-qemu can write', used: gib(58.1), available: gib(129) },
            { host: 'kvm2', state: 'ok', message: 'libvirt-qemu can write', used: gib(171), available: gib(15.2) },
            { host: 'kvm3', state: 'unknown', message: 'connect ETIMEDOUT 192.0.2.13:22', used: null, available: null },
          ],
          children: [media('image', 'web01.qcow2', gib(12)), media('image', 'db01.qcow2', gib(46.1))],
        },
        {
          kind: 'volume',
          name: 'NFS',
          type: 'External',
          state: 'partial',
          message: '',
          mountPoint: '/srv/images/nfs',
          hosts: [
            { host: 'kvm1', state: 'ok', message: 'mounted', used: gib(940), available: gib(84) },
            { host: 'kvm2', state: 'ok', message: 'mounted', used: gib(940), available: gib(84) },
            { host: 'kvm3', state: 'unknown', message: 'connect ETIMEDOUT 192.0.2.13:22', used: null, available: null },
          ],
          children: [],
        },
      ],
    },
  ],
  mediaStorages: [
    {
      kind: 'media_storage',
      name: 'cifs',
      state: 'failed',
      message: 'mount.cifs: Permission denied (13)',
      mountPoint: '/srv/media/cifs',
      hosts: ['kvm1', 'kvm2'].map((host) => ({
        host,
        state: 'failed',
        message: 'mount.cifs: Permission denied (13)',
        used: null,
        available: null,
      })),
      children: [media('iso', 'debian-12.11.0-amd64-netinst.iso', gib(0.66)), media('fvm', 'win2022.fvm', gib(4.7))],
    },
  ],
  directStorages: [],
};
