import { param } from 'stowage/module';
import type { Infer } from 'stowage/module';

const external = param.object(
  {
    name: param.name('The volume; unique in the image storage'),
    mount_point: param.path('Its directory, the same on every host; not in /proc, /sys, /dev, /etc, /boot or /usr'),
    shared: param.optional(
      param.boolean(
        '`true`: the administrator mounts the same directory on all hosts; `false`: a directory of each host of its ' +
          'own, created when it is missing. Has to be written for more than one host; on one host it is `false`',
      ),
    ),
    owner: param.late(
      param.optional(param.account('User that owns the directory; else only a new one gets the qemu user')),
    ),
    group: param.late(
      param.optional(
        param.account('Group that owns the directory; else only a new one gets the group of the qemu user'),
      ),
    ),
    mode: param.late(param.optional(param.mode('Permissions of the directory; else only a new one gets "0770"'))),
    qemu_user: param.late(
      param.optional(param.account('User that runs the guests; found among `qemu` and `libvirt-qemu` without it')),
    ),
  },
  'A directory that is there or that the administrator mounts',
);

/** Parameters of an image storage. */
export const imageStorageParams = param.object({
  name: param.name('The image storage'),
  volumes: param.list('What it consists of', param.variants('kind', 'Kind of the volume', { external }), {
    minItems: 1,
  }),
});
export type ImageStorage = Infer<typeof imageStorageParams>;
export type Volume = ImageStorage['volumes'][number];

export function directoryKey(volume: string): string {
  return `directory/${volume}`;
}

export function volumeKey(volume: string): string {
  return `volume/${volume}`;
}

export function spaceKey(volume: string): string {
  return `space/${volume}`;
}

export function filesKey(volume: string): string {
  return `files/${volume}`;
}

/** On one host nothing has to be shared. */
export function isShared(volume: Volume): boolean {
  return volume.shared ?? false;
}
