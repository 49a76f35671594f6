import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** Which uids and gids of the machine a lab's users are. The lab's root is always mapped. */
export type IdMap =
  /** Ids 0 to count - 1 of the lab; `method` says who may write the map. */
  | { readonly kind: 'range'; readonly count: number; readonly method: 'direct' | 'newuidmap'; readonly maps: Maps }
  | { readonly kind: 'one'; readonly maps: Maps };

interface Maps {
  readonly uid: readonly Extent[];
  readonly gid: readonly Extent[];
}

interface Extent {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Above what systemd gives to containers, so that no one on the machine is meant. */
const unusedBase = 0x7000_0000;
/** Enough for libvirt-qemu (64055) and nobody (65534). */
const wantedCount = 65536;

/** Finds the best map that this user may write; nothing is changed. */
export async function chooseIdMap(): Promise<IdMap> {
  const me = userInfo();
  if (me.uid === 0) {
    const base = baseFor(await readOwnMap('uid'), await readOwnMap('gid'));
    if (base !== undefined) {
      const extents = [{ inside: 0, outside: base, count: wantedCount }];
      return { kind: 'range', count: wantedCount, method: 'direct', maps: { uid: extents, gid: extents } };
    }
  } else {
    const uid = await subordinate('/etc/subuid', me);
    const gid = await subordinate('/etc/subgid', me);
    if (uid !== undefined && gid !== undefined && (await hasHelpers())) {
      const maps = { uid: [single(me.uid), uid], gid: [single(me.gid), gid] };
      return { kind: 'range', count: wantedCount, method: 'newuidmap', maps };
    }
  }
  return { kind: 'one', maps: { uid: [single(me.uid)], gid: [single(me.gid)] } };
}

/** Gives a process that is in a new user namespace its users. @throws Error when the kernel or newuidmap refuses */
export async function writeIdMap(map: IdMap, pid: number): Promise<void> {
  if (map.kind === 'range' && map.method === 'newuidmap') {
    await promisify(execFile)('newuidmap', [String(pid), ...map.maps.uid.flatMap(numbers)], { env: helperEnv });
    await promisify(execFile)('newgidmap', [String(pid), ...map.maps.gid.flatMap(numbers)], { env: helperEnv });
    return;
  }
  // Without privileges a gid may be mapped only by who has given up setgroups.
  if (map.kind === 'one') await writeFile(`/proc/${String(pid)}/setgroups`, 'deny');
  await writeFile(`/proc/${String(pid)}/uid_map`, map.maps.uid.map(line).join(''));
  await writeFile(`/proc/${String(pid)}/gid_map`, map.maps.gid.map(line).join(''));
}

const helperEnv = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

function single(id: number): Extent {
  return { inside: 0, outside: id, count: 1 };
}

function numbers(extent: Extent): string[] {
  return [extent.inside, extent.outside, extent.count].map(String);
}

function line(extent: Extent): string {
  return `${numbers(extent).join(' ')}\n`;
}

async function readOwnMap(kind: 'uid' | 'gid'): Promise<Extent[]> {
  const text = await readFile(`/proc/self/${kind}_map`, 'utf8');
  const rows = text.trim().split('\n');
  return rows.map((row) => {
    const [inside = 0, outside = 0, count = 0] = row.trim().split(/\s+/).map(Number);
    return { inside, outside, count };
  });
}

/** Root in a container may have few ids: an unused base where there is one, else its own from 0 on. */
function baseFor(...maps: readonly (readonly Extent[])[]): number | undefined {
  const covers = (map: readonly Extent[], base: number): boolean =>
    map.some((extent) => extent.inside <= base && base + wantedCount <= extent.inside + extent.count);
  return [unusedBase, 0].find((base) => maps.every((map) => covers(map, base)));
}

/** A range of /etc/subuid or /etc/subgid, for the ids after root. */
async function subordinate(file: string, me: { username: string; uid: number }): Promise<Extent | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const row of text.split('\n')) {
    const [owner, start, count] = row.split(':');
    const mine = owner === me.username || owner === String(me.uid);
    if (mine && Number(count) >= wantedCount - 1) return { inside: 1, outside: Number(start), count: wantedCount - 1 };
  }
  return undefined;
}

async function hasHelpers(): Promise<boolean> {
  const script = 'command -v newuidmap && command -v newgidmap';
  const found = promisify(execFile)('/bin/sh', ['-c', script], { env: helperEnv });
  return found.then(
    () => true,
    () => false,
  );
}
