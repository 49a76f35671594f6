import type { Refusal } from 'stowage/module';
import { markerName } from '../_facts/volume.js';
import type { HostLook, Wanted } from './look.js';

type Looks = Readonly<Record<string, HostLook>>;

/** What stands in the way on each host, and what shows that hosts do not share one directory. */
export function refusals(wanted: Wanted, seen: Looks): readonly Refusal[] {
  // A host outside of the limit has to take part only when the marker is written.
  const unmarked = wanted.shared && Object.values(seen).every((look) => look.marker === null);
  const perHost = Object.entries(seen).flatMap(([host, look]) => {
    if (!look.mayChange && !unmarked) return [];
    const refusal = hostRefusal(wanted, look);
    return refusal === undefined ? [] : [{ ...refusal, host }];
  });
  return perHost.length > 0 || !wanted.shared ? perHost : notShared(wanted, seen);
}

function hostRefusal(wanted: Wanted, look: HostLook): Refusal | undefined {
  const { mount_point: path, shared } = wanted;
  if (look.user === null) return noQemuUser(wanted);
  if (look.directory === null || look.access?.kind === 'missing') {
    return {
      code: 'PATH_MISSING',
      message: `${path} does not exist`,
      help: shared
        ? 'mount the shared directory there; stowage does not mount what it did not set up'
        : 'create or mount it; an image_storage creates it',
    };
  }
  if (look.directory.type !== 'directory') {
    return { code: 'NOT_A_DIRECTORY', message: `${path} is a ${look.directory.type}`, help: 'name a directory' };
  }
  if (look.access?.kind === 'denied') return noAccess(wanted, look, look.user, look.access);
  return look.otherVolume === undefined ? undefined : otherVolume(path, look.otherVolume);
}

/** Two storages in one directory would show and remove each other's images. */
function otherVolume(path: string, other: string): Refusal {
  return {
    code: 'OTHER_VOLUME',
    message: `${path} is marked as the ${other}`,
    help: `mount the right directory; if that volume is no more, or was renamed, remove ${path}/${markerName}`,
  };
}

function noQemuUser({ qemu_user: user }: Wanted): Refusal {
  return user === undefined
    ? {
        code: 'NO_QEMU_USER',
        message: 'there is neither a user qemu nor libvirt-qemu',
        help: 'install qemu (Debian: libvirt-daemon-system, others: qemu-kvm or libvirt-daemon-kvm), or name the user in `qemu_user`',
      }
    : { code: 'NO_QEMU_USER', message: `there is no user ${user}`, help: 'create it, or correct `qemu_user`' };
}

function noAccess(
  { mount_point: path }: Wanted,
  look: HostLook,
  user: string,
  denied: { readonly path: string; readonly right: 'read' | 'write' | 'search' },
): Refusal {
  if (denied.right === 'write' && look.mount?.readOnly === true) {
    return {
      code: 'QEMU_ACCESS',
      message: `${path} is read-only: it is on ${mountText(look)}`,
      help: 'mount it read-write; after errors a file system may have become read-only: see the log of the kernel',
    };
  }
  const stat = denied.path === path ? look.directory : look.above[denied.path];
  const shown = stat === null || stat === undefined ? '' : ` (${stat.owner}:${stat.group} ${stat.mode})`;
  return {
    code: 'QEMU_ACCESS',
    message: `${user} has no ${denied.right} permission on ${denied.path}${shown}`,
    help:
      denied.path === path
        ? `set \`owner: ${user}\` or a wider \`mode\` for the volume`
        : `let it pass: chmod o+x ${denied.path}`,
  };
}

function notShared({ mount_point: path }: Wanted, seen: Looks): readonly Refusal[] {
  const hosts = Object.entries(seen);
  const [first] = hosts.filter(([, look]) => look.marker !== null);
  if (first === undefined) return [];
  const [reference, { marker }] = first;
  return hosts
    .filter(([, look]) => look.marker !== marker && (look.mayChange || look.access?.kind === 'granted'))
    .map(([host, look]) => ({
      code: 'NOT_SHARED',
      host,
      message:
        look.marker === null
          ? `${host} does not see the marker that ${reference} has in ${path}: not the same directory`
          : `${host} sees another marker than ${reference} in ${path}: not the same directory`,
      help:
        `${host} has ${mountText(look)}, ${reference} has ${mountText(first[1])}; mount the same directory on both, or ` +
        `write \`shared: false\`. ${path}/${markerName} belongs to the directory that it was written in`,
    }));
}

function mountText({ mount }: HostLook): string {
  return mount === null ? 'an unknown mount' : `${mount.source} (${mount.fstype}) mounted on ${mount.mountPoint}`;
}
