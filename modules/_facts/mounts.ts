import { defineFact, readFailed } from 'stowage/module';
import type { Fact, RunResult } from 'stowage/module';

export interface Mount {
  readonly mountPoint: string;
  /** Device, `server:/export`, or a name such as `tmpfs`. */
  readonly source: string;
  readonly fstype: string;
  /** The directory of the file system that is mounted; `/` unless it is a bind mount or a subvolume. */
  readonly root: string;
  /** `MAJOR:MINOR`. */
  readonly device: string;
  /** Of the mount itself, e.g. `noatime`; not those of the file system. */
  readonly options: readonly string[];
  /** Whether the mount or its file system is read-only. */
  readonly readOnly: boolean;
}

/**
 * The mount that a path lies on, from the kernel's table alone: the mount point itself is never touched, because that
 * hangs when its server is gone. Null where the table does not show it (the root of a chroot).
 */
export const mountOf: Fact<Mount | null, readonly [path: string]> = defineFact({
  name: 'mountOf',
  summary: 'The mount that a path lies on',
  // The request is the same for every path, so that the table is read once.
  request: () => ({ argv: ['cat', '/proc/self/mountinfo'] }),
  parse(reply, [path]) {
    if (reply.code !== 0) throw readFailed('cannot read the table of mounts', reply);
    return mountAt(parseMountinfo(reply), path);
  },
});

interface Entry extends Mount {
  readonly id: string;
  readonly parent: string;
}

function parseMountinfo(reply: RunResult): readonly Entry[] {
  const lines = reply.stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [id, parent, device, root, mountPoint, options] = left.split(' ');
    const [fstype, source, fileSystemOptions = ''] = right.split(' ');
    if (options === undefined || source === undefined) {
      throw readFailed('cannot read the table of mounts', { ...reply, stderr: `a line is cut off: ${line}` });
    }
    return {
      id: id ?? '',
      parent: parent ?? '',
      device: device ?? '',
      root: unescape(root ?? ''),
      mountPoint: unescape(mountPoint ?? ''),
      options: options.split(','),
      readOnly: [...options.split(','), ...fileSystemOptions.split(',')].includes('ro'),
      fstype: fstype ?? '',
      source: unescape(source),
    };
  });
}

/**
 * Walks the tree of mounts as the kernel walks a path: into the first mount that covers a directory on the way, then only
 * into mounts that stand on that one. What is covered by a later mount is not found.
 */
function mountAt(entries: readonly Entry[], path: string): Mount | null {
  const ids = new Set(entries.map((entry) => entry.id));
  const onTheWay = entries.filter((entry) => covers(entry.mountPoint, path));
  let at: Entry | undefined;
  for (;;) {
    const below = at;
    const next = onTheWay.filter((entry) =>
      below === undefined ? !ids.has(entry.parent) || entry.parent === entry.id : entry.parent === below.id,
    );
    const nearest = Math.min(...next.map((entry) => entry.mountPoint.length));
    const step = next.findLast((entry) => entry.mountPoint.length === nearest && entry !== below);
    if (step === undefined) break;
    at = step;
  }
  if (at === undefined) return null;
  const { mountPoint, source, fstype, root, device, options, readOnly } = at;
  return { mountPoint, source, fstype, root, device, options, readOnly };
}

function covers(mountPoint: string, path: string): boolean {
  return mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
}

function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
