import { defineFact, readFailed } from 'stowage/module';
import type { Fact, RunResult } from 'stowage/module';

export type FileType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'character device' | 'block device';

export interface PathStat {
  readonly type: FileType;
  /** Four octal digits. */
  readonly mode: string;
  /** Names; the number as text where the host has no name for it. */
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly dev: string;
  readonly ino: string;
  /** Where a link points to, as written in it. */
  readonly target?: string;
  /** Where it lies when a link on the way leads elsewhere; only where links are followed. */
  readonly real?: string;
}

const format = '%f:%u:%g:%s:%d:%i:%U:%G:%N';

/**
 * One `stat` for all paths, and a second one only when some cannot be seen, to learn why: an absence is ENOENT or ENOTDIR
 * and nothing else. Then no record is printed; any other reason is a record that begins with "!".
 */
const script = `
QUOTING_STYLE=literal; export QUOTING_STYLE
there() { [ -e "$1" ] || [ -L "$1" ]; }
why() { LC_ALL=C QUOTING_STYLE=shell-escape stat -- "$@" 2>&1 >/dev/null; }
trouble=$(
  for path do shift; there "$path" || set -- "$@" "$path"; done
  [ $# = 0 ] || why "$@" | while read -r reason; do
    case $reason in
      *': No such file or directory' | *': Not a directory') ;;
      *) echo yes ;;
    esac
  done
)
if [ -z "$trouble" ]; then
  for path do shift; ! there "$path" || set -- "$@" "$path"; done
  [ $# = 0 ] || stat --printf '%n\\0${format}\\0' -- "$@" || exit 3
  exit 0
fi
for path do
  if there "$path"; then
    stat --printf '%n\\0${format}\\0' -- "$path" || exit 3
  else
    reason=$(why "$path")
    case $reason in
      *': No such file or directory' | *': Not a directory') ;;
      *) printf '%s\\0!%s\\0' "$path" "$reason" ;;
    esac
  fi
done
`;

/** What stands at a path, links not followed; null when nothing does. */
export const pathStat: Fact<PathStat | null, readonly [path: string]> = defineFact({
  name: 'pathStat',
  summary: 'Type, owner, group, mode and size of a path; links are not followed',
  request: ([path]) => ({ script, args: [path], each: true }),
  parse(reply, [path]) {
    if (reply.code === 1) return null;
    if (reply.code !== 0) throw readFailed(`cannot look at ${path}`, reply);
    if (reply.stdout.startsWith('!')) {
      throw readFailed(`cannot look at ${path}`, { ...reply, stderr: reply.stdout.slice(1) });
    }
    return parseStat(reply, path);
  },
});

/**
 * The directory or file at a path, links followed, on its own in the slow lane: for paths that may lie on a network file
 * system, where a look can hang.
 */
export const slowStat: Fact<PathStat | null, readonly [path: string]> = defineFact({
  name: 'slowStat',
  summary: 'Type, owner, group, mode and size of what a path leads to; may be on a network file system',
  request: ([path]) => ({
    script: `LC_ALL=C QUOTING_STYLE=literal stat -L --printf '${format}' -- "$1" || exit
real=$(realpath -- "$1") || exit 0
[ "$real" = "$1" ] || printf '\\000%s' "$real"`,
    args: [path],
    slow: true,
  }),
  parse(reply, [path]) {
    if (reply.code === 0) {
      const [stdout = '', real] = reply.stdout.split('\0');
      return { ...parseStat({ ...reply, stdout }, path), ...(real === undefined ? {} : { real }) };
    }
    if (isAbsence(reply)) return null;
    throw readFailed(`cannot look at ${path}`, reply);
  },
});

/** Whether a coreutils program failed only because nothing is there. */
export function isAbsence(reply: RunResult): boolean {
  return reply.code === 1 && /: (No such file or directory|Not a directory)$/.test(reply.stderr.trimEnd());
}

/** All directories above a path, the topmost first, without "/". */
export function ancestors(path: string): readonly string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

function parseStat(reply: RunResult, path: string): PathStat {
  const match = /^([0-9a-f]+):(\d+):(\d+):(\d+):(\d+):(\d+):([^:]*):([^:]*):([^]*)$/.exec(reply.stdout);
  if (match === null) throw readFailed(`cannot look at ${path}`, { ...reply, stderr: 'stat printed something else' });
  const [, raw = '', uid = '', gid = '', size = '', dev = '', ino = '', owner = '', group = '', named = ''] = match;
  const bits = Number.parseInt(raw, 16);
  const type = fileTypes.get(bits & 0o170000);
  if (type === undefined) throw readFailed(`cannot look at ${path}`, { ...reply, stderr: `unknown file type ${raw}` });
  return {
    type,
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: owner === 'UNKNOWN' ? uid : owner,
    group: group === 'UNKNOWN' ? gid : group,
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    dev,
    ino,
    ...(type === 'link' ? { target: targetOf(named, path, reply) } : {}),
  };
}

function targetOf(named: string, path: string, reply: RunResult): string {
  const prefix = `${path} -> `;
  if (named.startsWith(prefix)) return named.slice(prefix.length);
  throw readFailed(`cannot look at ${path}`, { ...reply, stderr: 'stat did not name the target of the link' });
}

const fileTypes: ReadonlyMap<number, FileType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
  [0o020000, 'character device'],
  [0o060000, 'block device'],
]);
