import type { HostStatus, Observation, StatusNode, StatusState } from 'stowage/module';
import type { ImageFile, ImageFiles } from '../_facts/files.js';
import type { Space } from '../_facts/space.js';
import { filesKey, isShared, spaceKey } from './params.js';
import type { ImageStorage, Volume } from './params.js';
import { volumeOnHost } from './words.js';

/** Shows an image storage with its volumes and their files. What is not known is said, never shown as 0 or empty. */
export function observe(storage: ImageStorage, observations: readonly Observation[]): StatusNode {
  const volumes = storage.volumes.map((volume) => volumeStatus(volume, observations));
  const hosts = observations.map(({ host }): HostStatus => {
    const own = volumes.flatMap((volume) => volume.hosts.filter((entry) => entry.host === host));
    const state = summary(own.map((entry) => entry.state));
    return { host, state, message: countText(own, 'volume'), used: null, available: null };
  });
  const state = summary(volumes.map((volume) => volume.state));
  return {
    kind: 'image_storage',
    name: storage.name,
    state,
    message: countText(volumes, 'volume'),
    hosts,
    children: volumes,
  };
}

function volumeStatus(volume: Volume, observations: readonly Observation[]): StatusNode {
  const listings = observations.map((observation) => onHost(volume, observation));
  const hosts = listings.map(({ status }) => status);
  return {
    kind: 'volume',
    name: volume.name,
    type: 'External',
    state: summary(hosts.map((entry) => entry.state)),
    message: isShared(volume) ? `shared, ${countText(hosts, 'host')}` : countText(hosts, 'host'),
    mountPoint: volume.mount_point,
    hosts,
    children: isShared(volume)
      ? mergedImages(listings)
      : listings.flatMap(({ status, files }) => images(files, [status])),
  };
}

interface Listing {
  readonly status: HostStatus;
  readonly files: readonly ImageFile[];
}

function onHost(volume: Volume, observation: Observation): Listing {
  const { host } = observation;
  const { state, message, note, trusted } = volumeOnHost(volume, observation);
  if (!trusted) return { status: { host, state, message, used: null, available: null }, files: [] };
  // The engine hands back what these facts' own parsers made.
  const space = inspected(observation, spaceKey(volume.name)) as Inspected<Space | null>;
  const listing = inspected(observation, filesKey(volume.name)) as Inspected<ImageFiles | null>;
  const remarks = [
    ...('error' in space ? [`space not known: ${space.error}`] : []),
    ...('error' in listing ? [`images not known: ${listing.error}`] : []),
    ...('value' in listing && listing.value?.complete === false ? ['not all images are listed'] : []),
  ];
  const known = 'value' in space ? space.value : null;
  return {
    status: {
      host,
      state: remarks.length > 0 && state === 'ok' ? 'partial' : state,
      message: [message, ...remarks].join('; '),
      ...(note === undefined ? {} : { note }),
      used: known?.used ?? null,
      available: known?.available ?? null,
    },
    files: 'value' in listing ? (listing.value?.files ?? []) : [],
  };
}

type Inspected<T> = { readonly value: T } | { readonly error: string };

function inspected(observation: Observation, key: string): { readonly value: unknown } | { readonly error: string } {
  return observation.inspections[key] ?? { error: 'not asked' };
}

/** All hosts of a shared volume see the same files: each is listed once, with the hosts that showed it. */
function mergedImages(listings: readonly Listing[]): readonly StatusNode[] {
  const byName = new Map<string, { readonly file: ImageFile; readonly hosts: HostStatus[] }>();
  for (const { status, files } of listings) {
    for (const file of files) {
      const entry = byName.get(file.name);
      if (entry === undefined) byName.set(file.name, { file, hosts: [status] });
      else entry.hosts.push(status);
    }
  }
  const names = [...byName.keys()].sort();
  return names.flatMap((name) => {
    const entry = byName.get(name);
    return entry === undefined ? [] : images([entry.file], entry.hosts);
  });
}

function images(files: readonly ImageFile[], hosts: readonly HostStatus[]): readonly StatusNode[] {
  return files.map(({ name, size, modified }) => ({
    kind: 'image',
    name,
    state: 'ok',
    message: '',
    size,
    modified,
    hosts: hosts.map(({ host }) => ({ host, state: 'ok', message: '', used: null, available: null })),
    children: [],
  }));
}

/** All right, some, none, or nothing known of any. */
export function summary(states: readonly StatusState[]): StatusState {
  const [first = 'unknown'] = states;
  if (states.every((state) => state === first)) return first;
  return states.every((state) => state === 'failed' || state === 'unknown') ? 'failed' : 'partial';
}

function countText(parts: readonly { readonly state: StatusState }[], word: string): string {
  const right = parts.filter(({ state }) => state === 'ok').length;
  return `${String(right)} of ${String(parts.length)} ${word}${parts.length === 1 ? '' : 's'} ok`;
}
