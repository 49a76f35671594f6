import { defineFact, readFailed } from 'stowage/module';
import type { Fact } from 'stowage/module';

/** What keeps a user from a directory. */
export type Access =
  | { readonly kind: 'granted' }
  /** `path` is the first directory on the way that says no; `right` is what is missing there. */
  | { readonly kind: 'denied'; readonly path: string; readonly right: 'read' | 'write' | 'search' }
  | { readonly kind: 'missing'; readonly path: string };

/**
 * Walks down the path with the tests of the shell, which ask the kernel, so that access control lists and the server of a
 * network file system have their say.
 */
const accessScript = `
directory=
rest=\${1#/}
no() { printf '%s\\0%s\\0' "$1" "$2"; exit 0; }
[ -x / ] || no search /
while [ -n "$rest" ]; do
  directory=$directory/\${rest%%/*}
  case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
  [ -e "$directory" ] || no missing "$directory"
  [ -x "$directory" ] || no search "$directory"
done
[ -r "$1" ] || no read "$1"
[ -w "$1" ] || no write "$1"
printf 'granted\\0'
`;

/** Whether the user that looks may read, write and search a directory; asked as the qemu user. */
export const access: Fact<Access, readonly [directory: string]> = defineFact({
  name: 'access',
  summary: 'Whether a user may read and write in a directory, and what on the way keeps it from that',
  request: ([directory]) => ({ script: accessScript, args: [directory], slow: true }),
  parse(reply, [directory]) {
    const [kind, path = ''] = reply.stdout.split('\0');
    if (reply.code === 0) {
      if (kind === 'granted') return { kind };
      if (kind === 'missing') return { kind, path };
      if (kind === 'search' || kind === 'read' || kind === 'write') return { kind: 'denied', path, right: kind };
    }
    throw readFailed(`cannot test the access to ${directory}`, reply);
  },
});

/** Name of the file that marks a volume which several hosts share. */
export const markerName = '.stowage-volume';

/** What the marker file of a shared volume says. */
export interface Marker {
  /** Tells volumes apart; 64 hexadecimal digits. */
  readonly id: string;
  readonly storage: string;
  readonly volume: string;
}

/** What is no regular file is not opened: reading a pipe would wait. */
const markerScript = `
if [ -e "$1" ] || [ -L "$1" ]; then
  [ -f "$1" ] || { echo 'it is not a regular file' >&2; exit 3; }
  echo found
  head -c 4096 -- "$1"
else
  ls -d -- "\${1%/*}/." >/dev/null
fi
`;

/**
 * What a shared volume was marked with; null when there is no marker. Asked as the qemu user: the server of a network
 * file system may keep root out.
 */
export const volumeMarker: Fact<Marker | null, readonly [directory: string]> = defineFact({
  name: 'volumeMarker',
  summary: 'What the marker file of a shared volume says',
  request: ([directory]) => ({ script: markerScript, args: [`${directory}/${markerName}`], slow: true }),
  parse(reply, [directory]) {
    const what = `cannot read ${directory}/${markerName}`;
    if (reply.code !== 0) throw readFailed(what, reply);
    if (reply.stdout === '') return null;
    const marker = parseMarker(reply.stdout.replace(/^found\n/, ''));
    if (marker === undefined) throw readFailed(what, { ...reply, stderr: 'it is not a marker of stowage' });
    return marker;
  },
});

function parseMarker(text: string): Marker | undefined {
  try {
    const { id, storage, volume } = JSON.parse(text) as Partial<Record<keyof Marker, unknown>>;
    const whole = typeof id === 'string' && typeof storage === 'string' && typeof volume === 'string';
    return whole && /^[0-9a-f]{64}$/.test(id) ? { id, storage, volume } : undefined;
  } catch {
    return undefined;
  }
}

export const proofDirectory = '/var/lib/stowage/proofs';

/**
 * Prints what a proof depends on: `$1` is the directory, `$2` the user. The same text runs when a proof is recorded and
 * when it is read, so that both see alike.
 */
const fingerprint = `
fingerprint() {
  LC_ALL=C; export LC_ALL
  echo 'stowage proof 1' &&
  printf 'path %s\\n' "$1" &&
  mounted=$(df --output=source,fstype,target -- "$1") &&
  printf 'mount %s\\n' "\${mounted##*
}" &&
  stat -L -c 'device %d inode %i owner %u group %g mode %a' -- "$1" &&
  id -- "$2"
}
`;

export interface Proof {
  /** What was proved, or null. */
  readonly recorded: string | null;
  /** What would be proved now; null where the directory is missing. */
  readonly live: string | null;
}

/** The recorded proof of a volume and what it depends on now. It holds while the two are equal. */
export const proof: Fact<Proof, readonly [directory: string, user: string, key: string]> = defineFact({
  name: 'proof',
  summary: 'The recorded proof that a user can write in a directory, and what it depends on now',
  request: ([directory, user, key]) => ({
    script: `${fingerprint}
if [ -e "$3" ]; then cat -- "$3" || exit 3; fi
printf '\\0'
[ -d "$1" ] || exit 0
fingerprint "$1" "$2"`,
    args: [directory, user, `${proofDirectory}/${key}`],
    slow: true,
  }),
  parse(reply, [directory]) {
    const [recorded = '', live] = reply.stdout.split('\0');
    if (reply.code !== 0 || live === undefined) throw readFailed(`cannot read the proof of ${directory}`, reply);
    return { recorded: recorded === '' ? null : recorded, live: live === '' ? null : live };
  },
});

/**
 * Arguments of a program that records the proof of a volume: written beside the old one and renamed. It computes what the
 * proof depends on afresh.
 */
export function recordProof(directory: string, user: string, key: string): readonly string[] {
  const script = `${fingerprint}
set -e
umask 022
mkdir -p -- "$4"
new=$(mktemp -- "$4/.new.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
text=$(fingerprint "$1" "$2")
printf '%s\\n' "$text" >"$new"
chmod 0644 -- "$new"
sync -- "$new"
mv -f -T -- "$new" "$4/$3"`;
  return ['sh', '-c', script, 'record-proof', directory, user, key, proofDirectory];
}
