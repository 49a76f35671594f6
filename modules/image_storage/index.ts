import { defineComposite } from 'stowage/module';
import type { ExpandedNode, Inspection, JsonObject } from 'stowage/module';
import { imageFiles } from '../_facts/files.js';
import { space } from '../_facts/space.js';
import { observe } from './observe.js';
import { directoryKey, filesKey, imageStorageParams, isShared, spaceKey, volumeKey } from './params.js';
import type { ImageStorage, Volume } from './params.js';
import { problemsOf } from './problems.js';

export const imageStorage = defineComposite<ImageStorage>({
  name: 'image_storage',
  summary: 'A storage for the images of guests: volumes that all hosts of the play can use',
  params: imageStorageParams,

  expand(storage, hosts) {
    const nodes = storage.volumes.flatMap((volume, index) => volumeNodes(storage, volume, index, hosts));
    const directories = storage.volumes.map(({ name, mount_point: path }, index) => ({
      path,
      owner: `volume "${name}"`,
      pointer: `/volumes/${String(index)}/mount_point`,
    }));
    return { nodes, problems: problemsOf(storage, hosts), directories };
  },

  inspect: ({ volumes }) =>
    volumes.flatMap(({ name, mount_point: path }): readonly Inspection[] => [
      { key: spaceKey(name), fact: space, args: [path] },
      { key: filesKey(name), fact: imageFiles, args: [path] },
    ]),

  observe,
});

function volumeNodes(
  storage: ImageStorage,
  volume: Volume,
  index: number,
  hosts: readonly string[],
): readonly ExpandedNode[] {
  const shared = isShared(volume);
  const common = { hosts, pointer: `/volumes/${String(index)}`, part: `External volume "${volume.name}"` };
  const directory = directoryParams(volume);
  const prepare: readonly ExpandedNode[] =
    directory === undefined
      ? []
      : [
          {
            ...common,
            ...directory,
            key: directoryKey(volume.name),
            name: `Directory ${volume.mount_point}`,
            module: 'file',
            together: false,
          },
        ];
  return [
    ...prepare,
    {
      ...common,
      key: volumeKey(volume.name),
      name: `Access to ${volume.mount_point}`,
      module: 'external_volume',
      params: {
        name: volume.name,
        storage: storage.name,
        mount_point: volume.mount_point,
        shared,
        ...(volume.qemu_user === undefined ? {} : { qemu_user: volume.qemu_user }),
      },
      together: shared,
      needs: prepare.map((node) => node.key),
    },
  ];
}

/**
 * A directory of a host's own is created, for the qemu user unless said otherwise. One that is shared is never created,
 * because an empty directory in place of a missing mount would take the images; its attributes are kept when they are
 * given.
 */
function directoryParams(
  volume: Volume,
): { readonly params: JsonObject; readonly templates: Readonly<Record<string, string>> } | undefined {
  const { mount_point: path, owner, group, mode, qemu_user: user } = volume;
  const managed = {
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(mode === undefined ? {} : { mode }),
  };
  if (isShared(volume)) {
    return Object.keys(managed).length === 0 ? undefined : { params: { path, ...managed }, templates: {} };
  }
  // The group of a user that is named here is not known before the run; its own permissions are enough.
  const first = { ...(user === undefined ? {} : { owner: user }), mode: '0770' };
  const found = user === undefined ? { owner: '{{ facts.qemu.user }}', group: '{{ facts.qemu.group }}' } : {};
  return {
    params: { path, state: 'directory', ...managed, when_creating: first },
    templates: Object.fromEntries(
      Object.entries(found)
        .filter(([key]) => !(key in managed))
        .map(([key, text]) => [`/when_creating/${key}`, text]),
    ),
  };
}
