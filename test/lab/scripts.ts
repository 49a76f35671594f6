/*
 * What runs inside the lab's namespaces, in POSIX sh.
 *
 * The room is a user, mount and PID namespace around all hosts. Its root makes the read-only view of the machine's
 * programs; a host's user namespace lies inside the room's, and so the kernel does not let the host's root lift the
 * read-only flag again. The room's first process ends when the controller's pipe ends, and the kernel then ends
 * everything in it.
 */

/** Where the room keeps its things: a folder that every machine has, covered by a tmpfs of the room's own. */
const room = '/tmp';

/**
 * First process of a host. Arguments: name, machine id, `range` or `one`. It sees the room's mounts and makes of them
 * a root of its own. It reports `ready NAME PID` on stdout, PID as the machine sees it.
 */
const hostScript = `
set -eu
name=$1 machine_id=$2 uids=$3
exec 9<&-
read -r pid _ </proc/self/stat
hostname "$name"
umask 022
mount -t tmpfs -o mode=755,size=1g "$name" ${room}/hosts/"$name"
cd ${room}/hosts/"$name"

mkdir -p boot dev/shm etc home media mnt opt proc root run/lock srv sys tmp \\
  var/cache var/lib/libvirt/images var/log var/spool var/tmp
# Tools that list block devices look here and find none.
mkdir -p sys/block sys/class/block sys/dev/block sys/fs
chmod 700 root
chmod 1777 tmp var/tmp run/lock
ln -s /run var/run
ln -s /run/lock var/lock

for source in ${room}/base/* ${room}/base/etc/*; do
  target=\${source#${room}/base/}
  if [ -L "$source" ]; then cp -P "$source" "$target"
  elif [ "$target" = etc ]; then continue
  elif [ -d "$source" ]; then mkdir "$target"; mount --rbind "$source" "$target"
  elif [ -f "$source" ]; then : >"$target"; mount --bind "$source" "$target"
  fi
done

for node in full null random tty urandom zero; do
  : >dev/$node
  mount --bind /dev/$node dev/$node
done
mount -t tmpfs -o mode=1777,size=64m shm dev/shm
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

qemu_uid=64055 kvm_gid=994 qemu_gid=64055
if [ "$uids" = one ]; then qemu_uid=0 kvm_gid=0 qemu_gid=0; fi
cat >etc/passwd <<END
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
libvirt-qemu:x:$qemu_uid:$kvm_gid:Libvirt Qemu:/var/lib/libvirt:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
END
cat >etc/group <<END
root:x:0:
daemon:x:1:
disk:x:6:
kvm:x:$kvm_gid:
libvirt-qemu:x:$qemu_gid:libvirt-qemu
nogroup:x:65534:
END
printf '%s\\n' 'passwd: files' 'group: files' 'shadow: files' 'hosts: files dns' >etc/nsswitch.conf
printf '%s\\n' '127.0.0.1 localhost' "127.0.1.1 $name" '::1 localhost' >etc/hosts
printf '%s\\n' "$name" >etc/hostname
printf '%s\\n' "$machine_id" >etc/machine-id
: >etc/fstab
ln -s ../proc/self/mounts etc/mtab
ln -s ../usr/lib/os-release etc/os-release

if [ -d ${room}/shared ]; then
  mkdir srv/shared
  mount --bind ${room}/shared srv/shared
fi
# Before the machine's own /proc goes out of sight: the kernel mounts a new one only beside one that is whole.
mount -t proc proc proc
mkdir .machine
pivot_root . .machine
cd /
umount -l /.machine
rmdir /.machine

exec </dev/null
echo "ready $name $pid"
exec >/dev/null 2>&1
# wait reaps what others left behind, too.
exec sh -c 'while :; do sleep 2147483647 & wait || :; done' init
`;

/**
 * First process of the room. Arguments: `range` or `one`, the count of uids, `shared` or `separate`, then name and
 * machine id of each host. Stdin is the controller's pipe. It reports `ended NAME` when a host is no more.
 */
const roomScript = `
set -eu
uids=$1 count=$2 sharing=$3
shift 3
umask 022
for tool in mount umount pivot_root hostname setsid nsenter unshare; do
  if ! command -v $tool >/dev/null; then
    echo "$tool is missing; install util-linux and hostname" >&2
    exit 1
  fi
done
mount -t tmpfs -o mode=755,size=64m room ${room}
mkdir ${room}/proc ${room}/base ${room}/base/etc ${room}/hosts
mount -t proc proc ${room}/proc
if [ "$sharing" = shared ]; then
  mkdir ${room}/shared
  mount -t tmpfs -o mode=775,size=1g shared ${room}/shared
  if [ "$uids" = range ]; then chown 64055:994 ${room}/shared; fi
fi

for top in usr bin sbin lib lib32 lib64 libx32 nix etc/alternatives etc/ld.so.cache; do
  target=${room}/base/$top
  if [ -L /$top ]; then cp -P /$top $target
  elif [ -d /$top ]; then mkdir $target; mount --rbind /$top $target
  elif [ -f /$top ]; then : >$target; mount --bind /$top $target
  fi
done
# A flag that the machine has set cannot be dropped here: each mount keeps its own. Octal escapes stand for spaces.
while read -r _ _ _ _ at options _; do
  case $at in ${room}/base/*) mount -o "remount,bind,ro\${options#r[ow]}" "$(printf %b "$at")" ;; esac
done </proc/self/mountinfo

# With newuidmap root is mapped apart from the others, and no line of a map may reach over such a seam.
if [ "$uids" = range ]; then map="0 0 1\\n1 1 $((count - 1))\\n"; else map='0 0 1\\n'; fi

start_host() {
  trap "echo ended $1" EXIT
  mkdir ${room}/hosts/$1
  mkfifo ${room}/hosts/$1.fifo
  unshare --user sh -c 'echo; exec sleep 600' >${room}/hosts/$1.fifo &
  holder=$!
  read -r _ <${room}/hosts/$1.fifo
  # A program that is started before the map is written has lost its capabilities. So the map comes first, for a
  # process that only holds the namespace, and the host's own processes enter it.
  printf "$map" >${room}/proc/$holder/uid_map
  printf "$map" >${room}/proc/$holder/gid_map
  exec 9<${room}/proc/$holder/ns/user
  kill $holder
  if [ "$uids" = range ]; then as='--setuid=0 --setgid=0'; else as=--preserve-credentials; fi
  nsenter --user=/proc/self/fd/9 $as unshare --mount --uts --ipc --pid --fork sh -c "$host_script" init "$1" "$2" "$uids"
}

host_script=$HOST_SCRIPT
unset HOST_SCRIPT
while [ $# -gt 0 ]; do
  start_host "$1" "$2" &
  shift 2
done
read -r _ || :
`;

/** The shell script of the room; it takes the script of its hosts from the variable HOST_SCRIPT. */
export const labScripts = { room: roomScript, host: hostScript } as const;

/**
 * Prints what `LabHost.snapshot` says. Every tmpfs is the host's own (its root, /dev/shm, what it mounted later) or the
 * shared one; the machine's file systems are read-only here and are left out.
 */
export const snapshotScript = `
set -eu
export LC_ALL=C
cat /proc/self/mountinfo
while read -r _ _ _ _ at rest; do
  case $rest in *' - tmpfs '*) ;; *) continue ;; esac
  at=$(printf '%b' "$at")
  [ -d "$at" ] || continue
  device=$(stat -c %d "$at")
  find "$at" -xdev -printf '%D %y %m %U:%G %s %T@ %C@ %i %p -> %l\\n' | grep -a "^$device " | sort
  find "$at" -xdev -type f -printf '%D %p\\0' | grep -za "^$device " | cut -z -d ' ' -f 2- | sort -z | xargs -0r sha256sum -b
done </proc/self/mountinfo
`;
