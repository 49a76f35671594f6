import { defineFact, readFailed } from 'stowage/module';
import type { Fact, RunResult } from 'stowage/module';
import { isAbsence } from './path.js';

export interface ImageFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Last change, ISO 8601. */
  readonly modified: string;
}

export interface ImageFiles {
  /** Sorted by name. */
  readonly files: readonly ImageFile[];
  /** False when the directory holds more entries than are listed, or some could not be looked at. */
  readonly complete: boolean;
}

/** Bytes; larger texts are not read, not compared and not sent. */
export const textLimit = 1024 * 1024;

/** Exit code for what is no regular file: nothing there, a link, a directory, a device. */
const notRegular = 44;

/**
 * The text of a regular file; null for anything else, and for files above the limit. Devices, pipes and links are not
 * opened.
 */
export const regularText: Fact<string | null, readonly [path: string]> = defineFact({
  name: 'regularText',
  summary: 'The text of a regular file',
  request: ([path]) => ({
    script: `[ -f "$1" ] && [ ! -L "$1" ] || exit ${String(notRegular)}; exec head -c ${String(textLimit + 1)} -- "$1"`,
    args: [path],
  }),
  parse(reply, [path]) {
    if (reply.code === notRegular) return null;
    if (reply.code !== 0) throw readFailed(`cannot read ${path}`, reply);
    return new TextEncoder().encode(reply.stdout).length > textLimit ? null : reply.stdout;
  },
});

/** A directory with more entries is listed up to here. */
export const fileLimit = 10_000;

/**
 * `ls` first: a pattern that matches nothing looks the same for an empty directory and for one that cannot be read. The
 * entries go to `stat` in portions, because a command line has an end.
 */
const listScript = `
LC_ALL=C; export LC_ALL
ls -U -- "$1/" >/dev/null || exit
cd -- "$1" || exit 3
limit=$2
complete=yes
portion() { stat --printf '%f %s %Y %n\\0' -- "$@" || complete=; }
count=0
set --
for entry in ./*; do
  [ -e "$entry" ] || [ -L "$entry" ] || continue
  count=$((count + 1))
  if [ $count -gt "$limit" ]; then complete=; break; fi
  set -- "$@" "$entry"
  if [ $# = 100 ]; then portion "$@"; set --; fi
done
[ $# = 0 ] || portion "$@"
[ -n "$complete" ] || printf 'more\\0'
exit 0
`;

/** Regular files directly in a directory, hidden ones left out; null when there is no such directory. */
export const imageFiles: Fact<ImageFiles | null, readonly [directory: string]> = defineFact({
  name: 'imageFiles',
  summary: 'Files of a directory with their size and last change',
  request: ([directory]) => ({ script: listScript, args: [directory, String(fileLimit)], slow: true }),
  parse(reply, [directory]) {
    if (isMissing(reply)) return null;
    if (reply.code !== 0) throw readFailed(`cannot list ${directory}`, reply);
    const records = reply.stdout.split('\0').filter((record) => record !== '');
    const complete = records.at(-1) !== 'more';
    const files = (complete ? records : records.slice(0, -1)).flatMap((record) => parseFile(record, directory, reply));
    return { files, complete };
  },
});

/** The first entries of a directory, hidden ones too; null when it does not exist. */
export const directoryEntries: Fact<readonly string[] | null, readonly [directory: string]> = defineFact({
  name: 'directoryEntries',
  summary: 'The first entries of a directory',
  request: ([directory]) => ({
    script: `list=$(LC_ALL=C ls -A -U -b -- "$1/") || exit; printf '%s' "$list" | head -n 4`,
    args: [directory],
  }),
  parse(reply, [directory]) {
    if (reply.code === 0) return reply.stdout.split('\n').filter((name) => name !== '');
    if (isMissing(reply)) return null;
    throw readFailed(`cannot list ${directory}`, reply);
  },
});

/** `ls` exits 2 where other programs exit 1. */
function isMissing(reply: RunResult): boolean {
  return reply.code === 2 && isAbsence({ ...reply, code: 1 });
}

function parseFile(record: string, directory: string, reply: RunResult): readonly ImageFile[] {
  const match = /^([0-9a-f]+) (\d+) (-?\d+) \.\/([^]+)$/.exec(record);
  if (match === null) throw readFailed(`cannot list ${directory}`, { ...reply, stderr: 'stat printed something else' });
  const [, mode = '', size = '', modified = '', name = ''] = match;
  if ((Number.parseInt(mode, 16) & 0o170000) !== 0o100000) return [];
  return [{ name, size: Number(size), modified: new Date(Number(modified) * 1000).toISOString() }];
}
