import type { HostStep } from 'stowage/module';
import { markerName, proofDirectory, recordProof } from '../_facts/volume.js';
import { proofKey } from './look.js';
import type { HostLook, Wanted } from './look.js';

/**
 * Writes a file of its own as the qemu user, reads it back and removes it, whatever happens. Only `sync` tells whether the
 * server of a network file system took it.
 */
const proveScript = `
umask 077
directory=$1
fail() {
  printf '%s may %s in %s by its owner and mode, yet the file system refuses: %s; is it read-only, full, over quota, exported with root_squash or all_squash, or confined by SELinux or AppArmor?\\n' "$(id -un)" "$1" "$directory" "$2" >&2
  exit 1
}
file=$(mktemp -- "$directory/.stowage-proof.XXXXXXXX" 2>&1) || fail 'create files' "$file"
trap 'rm -f -- "$file"' EXIT
trap 'exit 1' HUP INT TERM
reason=$( { printf '%s\\n' "$file" >"$file"; } 2>&1 ) || fail write "$reason"
reason=$(sync -- "$file" 2>&1) || fail write "$reason"
found=$(cat -- "$file" 2>&1)
[ "$found" = "$file" ] || fail read "$found"
reason=$(rm -- "$file" 2>&1) || fail 'remove files' "$reason"
`;

/**
 * Writes the marker and never replaces one: a hard link fails when another run was faster, and reading again shows whose
 * id it is; CIFS has no hard links. As the qemu user, because a server may not let root write.
 */
const markScript = `
umask 022
new=$(mktemp -- "$1/.stowage-marker.XXXXXXXX") || exit
trap 'rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\\n' "$3" >"$new" && chmod 0644 -- "$new" && sync -- "$new" || exit
ln -T -- "$new" "$1/$2" 2>/dev/null || mv -n -T -- "$new" "$1/$2"
`;

export function proofSteps(host: string, wanted: Wanted, look: HostLook): readonly HostStep[] {
  if (look.oneUid || look.proved || look.user === null) return [];
  const { mount_point: path } = wanted;
  return [
    {
      host,
      kind: 'prove',
      title: `${look.user} can write, read and remove a file in ${path}`,
      script: proveScript,
      args: [path],
      as: look.user,
    },
    {
      host,
      kind: 'run',
      title: `record the proof in ${proofDirectory}/${proofKey(wanted)}`,
      argv: recordProof(path, look.user, proofKey(wanted)),
    },
  ];
}

export function markStep(host: string, id: string, wanted: Wanted, look: HostLook): HostStep {
  const text = JSON.stringify({ stowage: 1, storage: wanted.storage, volume: wanted.name, id });
  const user = look.oneUid ? null : look.user;
  return {
    host,
    kind: 'run',
    title: `mark the volume with ${wanted.mount_point}/${markerName}`,
    argv: ['sh', '-c', markScript, 'mark-volume', wanted.mount_point, markerName, text],
    ...(user === null ? {} : { as: user }),
  };
}
