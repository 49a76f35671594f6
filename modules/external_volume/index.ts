import { defineClusterModule, digestOfTexts, param } from 'stowage/module';
import type { HostStep, Infer, Pending, State } from 'stowage/module';
import { ancestors } from '../_facts/path.js';
import { lookAtAll } from './look.js';
import type { HostLook } from './look.js';
import { refusals } from './refusals.js';
import { markStep, proofSteps } from './steps.js';

export const oneUidAccess = 'not provable (one uid)';

/** What is established of a volume on one host; of a host that is only looked at, no more than the marker. */
interface HostState extends State {
  /** `read-write`, `not provable (one uid)`, or what is in the way. */
  readonly access?: string;
  /** Whether the recorded proof still holds; not managed where nothing can be proved. */
  readonly proved?: boolean;
  /** The id in the marker file; only for shared volumes. */
  readonly marker?: string | null;
  /** For status only: who has access, and what is mounted. */
  readonly user?: string | null;
  readonly mount?: string | null;
}

interface VolumeState extends State {
  readonly hosts: Readonly<Record<string, HostState>>;
}

const params = param.object({
  name: param.name('The volume'),
  storage: param.name('The image storage that it belongs to'),
  mount_point: param.path('The directory; the same on every host'),
  shared: param.withDefault(
    param.boolean('Whether all hosts see the same directory; a marker file in it proves that they do'),
    false,
  ),
  qemu_user: param.optional(
    param.account('User that runs the guests; found among `qemu` and `libvirt-qemu` without it'),
  ),
});
type Params = Infer<typeof params>;
type Looks = Readonly<Record<string, HostLook>>;

export const externalVolume = defineClusterModule<Params, VolumeState, Looks>({
  name: 'external_volume',
  summary: 'Proves that guests can read and write in a directory, and that hosts which share it see the same one',
  params,
  needs: ({ mount_point: path }) => [...ancestors(path), path].map((directory) => `path:${directory}`),

  async read(wanted, members) {
    const seen = await lookAtAll(wanted, members);
    return { state: established(seen, wanted), seen };
  },

  desired: (wanted, _, seen) => {
    const marker = markersOf(seen)[0] ?? newMarker(wanted, seen);
    return {
      hosts: mapHosts(seen, wanted, (look) => ({
        own: look.oneUid ? { access: oneUidAccess } : { access: 'read-write', proved: true },
        marker,
      })),
    };
  },

  steps: (change, wanted, seen) => steps(change, wanted, seen),

  refuse: (_, wanted, seen) => refusals(wanted, seen),

  safeWithout: (change, _, { shared }) => !(shared && writesMarker(change)),
});

/**
 * Null until something was established: no proof was ever recorded, and there is no marker. Where nothing can be proved
 * and nothing is shared, there is nothing to establish.
 */
function established(seen: Looks, wanted: Params): VolumeState | null {
  const looks = Object.values(seen);
  const any = looks.some((look) => look.recorded || look.marker !== null);
  const nothingToDo = !wanted.shared && looks.every((look) => look.oneUid);
  if (!any && !nothingToDo) return null;
  return {
    hosts: mapHosts(seen, wanted, (look) => ({
      own: {
        access: accessOf(look),
        ...(look.oneUid ? {} : { proved: look.proved }),
        user: look.user,
        mount: look.mount === null ? null : `${look.mount.source} (${look.mount.fstype}) on ${look.mount.mountPoint}`,
      },
      marker: look.marker,
    })),
  };
}

function accessOf(look: HostLook): string {
  if (look.user === null) return 'no qemu user';
  // A directory that an earlier node creates is no change of this one.
  if (look.oneUid && look.access?.kind !== 'denied') return oneUidAccess;
  switch (look.access?.kind) {
    case 'granted':
      return 'read-write';
    case 'denied':
      return `no ${look.access.right} permission on ${look.access.path}`;
    case 'missing':
    case undefined:
      return 'no directory';
  }
}

function steps(change: Pending<VolumeState>, wanted: Params, seen: Looks): readonly HostStep[] {
  if (change.kind === 'delete' || change.kind === 'replace') return [];
  const [writer] = writers(seen);
  const marker = writer === undefined ? undefined : change.desired.hosts[writer[0]]?.marker;
  const marking =
    wanted.shared && markersOf(seen).length === 0 && writer !== undefined && typeof marker === 'string'
      ? [markStep(writer[0], marker, wanted, writer[1])]
      : [];
  const proofs = writers(seen).flatMap(([host, look]) => proofSteps(host, wanted, look));
  // Proofs first: where a guest could not write, no marker is left behind.
  return [...proofs, ...marking];
}

/** The hosts that may be changed; the first one writes the marker. */
function writers(seen: Looks): readonly (readonly [string, HostLook])[] {
  return Object.entries(seen).filter(([, look]) => look.mayChange);
}

/** The different ids that hosts see. */
function markersOf(seen: Looks): readonly string[] {
  return [...new Set(Object.values(seen).flatMap((look) => (look.marker === null ? [] : [look.marker])))];
}

/** An id that no other volume has; null where the directory that it shall mark is not there yet. */
function newMarker({ storage, name }: Params, seen: Looks): string | null {
  const [entry] = writers(seen);
  if (entry === undefined || entry[1].directory === null) return null;
  const [host, { machineId, directory }] = entry;
  return digestOfTexts([host, machineId, `${directory.dev}:${directory.ino}`, storage, name]);
}

function writesMarker(change: Pending): boolean {
  return change.kind === 'update' ? change.fields.some((field) => field.path.at(-1) === 'marker') : true;
}

function mapHosts(
  seen: Looks,
  { shared }: Params,
  state: (look: HostLook) => { readonly own: HostState; readonly marker: string | null },
): Readonly<Record<string, HostState>> {
  const entries = Object.entries(seen).flatMap(([host, look]) => {
    const { own, marker } = state(look);
    // The marker is not known where the directory may not be entered.
    const marked = shared && look.access?.kind === 'granted';
    // A host outside of the limit counts for what all hosts share, as far as that can be seen there.
    if (!look.mayChange && !marked) return [];
    return [[host, { ...(look.mayChange ? own : {}), ...(marked ? { marker } : {}) }] as const];
  });
  return Object.fromEntries(entries);
}
