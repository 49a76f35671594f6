import type { Members, Probe } from 'stowage/module';
import { account, qemu, shellUid } from '../_facts/accounts.js';
import { mountOf } from '../_facts/mounts.js';
import type { Mount } from '../_facts/mounts.js';
import { ancestors, pathStat, slowStat } from '../_facts/path.js';
import type { PathStat } from '../_facts/path.js';
import { access, proof, volumeMarker } from '../_facts/volume.js';
import type { Access } from '../_facts/volume.js';

/** What is looked for: the parameters of the module that looks depend on. */
export interface Wanted {
  readonly name: string;
  readonly storage: string;
  readonly mount_point: string;
  readonly shared: boolean;
  readonly qemu_user?: string;
}

/** What one host shows of a volume. */
export interface HostLook {
  /** False: the host is only looked at, to see whether it shares the directory. */
  readonly mayChange: boolean;
  readonly user: string | null;
  /** The qemu user is root, or the user that stowage works as: nothing could be proved. */
  readonly oneUid: boolean;
  readonly directory: PathStat | null;
  /** Directories on the way, by path; for messages. */
  readonly above: Readonly<Record<string, PathStat | null>>;
  readonly mount: Mount | null;
  /** Null where there is no directory or no user to ask for. */
  readonly access: Access | null;
  readonly recorded: boolean;
  readonly proved: boolean;
  /** The id that the directory is marked with. */
  readonly marker: string | null;
  /** Set when the marker is that of another volume: its name. */
  readonly otherVolume?: string;
  readonly machineId: string;
}

/** Looks at the volume on every host that can be asked; the others are left out. */
export async function lookAtAll(wanted: Wanted, members: Members): Promise<Readonly<Record<string, HostLook>>> {
  const looks = await Promise.all(
    [...members].map(async ([host, member]) =>
      'probe' in member ? [[host, await lookAt(wanted, member.probe, member.mayChange)] as const] : [],
    ),
  );
  return Object.fromEntries(looks.flat());
}

/** The file name of the recorded proof of a volume; neither name can hold "@". */
export function proofKey({ storage, name }: Wanted): string {
  return `${storage}@${name}`;
}

async function lookAt(wanted: Wanted, probe: Probe, mayChange: boolean): Promise<HostLook> {
  const path = wanted.mount_point;
  const way = ancestors(path);
  const [found, own, directory, named, machineId, ...stats] = await Promise.all([
    wanted.qemu_user === undefined ? probe.fact(qemu, []) : probe.fact(account, [wanted.qemu_user]),
    probe.fact(shellUid, []),
    probe.fact(slowStat, [path]),
    probe.fact(mountOf, [path]),
    wanted.shared ? probe.readFile('/etc/machine-id') : null,
    ...way.map((above) => probe.fact(pathStat, [above])),
  ]);
  // Behind a link it is another mount than its name says; the table of mounts was read, so that this costs nothing.
  const real = directory?.real;
  const mount = real === undefined ? named : await probe.fact(mountOf, [real]);
  const user = found?.user ?? null;
  const oneUid = user !== null && (found?.uid === 0 || found?.uid === own);
  const inside =
    user === null || directory?.type !== 'directory'
      ? { access: null, recorded: false, proved: false, marker: null }
      : await lookInside(wanted, probe, user, { oneUid, mayChange });
  return {
    mayChange,
    user,
    oneUid,
    directory,
    above: Object.fromEntries(way.map((above, index) => [above, stats[index] ?? null])),
    mount,
    machineId: machineId?.trim() ?? '',
    ...inside,
  };
}

async function lookInside(
  wanted: Wanted,
  probe: Probe,
  user: string,
  { oneUid, mayChange }: { readonly oneUid: boolean; readonly mayChange: boolean },
): Promise<Pick<HostLook, 'access' | 'recorded' | 'proved' | 'marker' | 'otherVolume'>> {
  const path = wanted.mount_point;
  const asUser = oneUid ? {} : { as: user };
  // All in one turn: looks that wait for each other cost a round trip each. Where the user may not enter the directory it
  // cannot look for the marker either; the refusal says why.
  const [granted, proven, marked] = await Promise.all([
    probe.fact(access, [path], asUser),
    oneUid || !mayChange ? null : probe.fact(proof, [path, user, proofKey(wanted)]),
    wanted.shared ? settled(probe.fact(volumeMarker, [path], asUser)) : { value: null },
  ]);
  if (granted.kind === 'granted' && 'error' in marked) throw marked.error;
  const marker = granted.kind === 'granted' && 'value' in marked ? marked.value : null;
  const recorded = proven?.recorded ?? null;
  return {
    access: granted,
    recorded: recorded !== null,
    proved: recorded !== null && recorded === proven?.live,
    marker: marker?.id ?? null,
    ...(marker === null || (marker.storage === wanted.storage && marker.volume === wanted.name)
      ? {}
      : { otherVolume: `volume "${marker.volume}" of "${marker.storage}"` }),
  };
}

async function settled<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
