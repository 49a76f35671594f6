/*
 * What makes the lab's namespaces, in POSIX sh.
 *
 * The room is a mount, network, PID, UTS and IPC namespace around all hosts, with a bridge between them. Its first
 * process ends when the controller's pipe ends, and the kernel then ends everything in it. Root in a host is root of
 * the machine, so that what is of the whole machine is taken away, against accidents, not against malice: the clock,
 * modules, device nodes, settings below /proc/sys, block devices in /sys.
 */

/** Where the room keeps its things: a folder that every machine has, covered by a tmpfs of the room's own. */
const room = '/tmp';

/** Puts a program into a host with what root may do there. */
export const confine = [
  'setpriv',
  '--bounding-set=-mknod,-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog,-wake_alarm,-mac_admin',
] as const;

/** Where a host sees the log of the programs that its sshd started, when that is kept. */
const execLog = '/run/lab-exec.log';

/** Nobody's parent. Not with a seccomp filter, as that forbids sudo to become root. */
const trace = `strace -DDD -f -q -A -o ${execLog} -s 65536 -e signal=none -e trace=execve,clone,clone3,fork,vfork`;

/** Starts sshd and waits until it listens. Its own words go to /var/log/auth.log. */
export const startSshd = {
  plain: `
rm -f /run/sshd.pid
wrap=
if [ -e ${execLog} ]; then wrap='${trace}'; fi
sshd -t && $wrap /usr/sbin/sshd -E /var/log/auth.log >/dev/null 2>&1 </dev/null || exit 1
until [ -s /run/sshd.pid ]; do sleep 0.01; done`,
  systemd: 'systemctl start ssh.service',
} as const;

/** Ends the sshd that listens, and leaves the connections. */
export const stopSshd = {
  plain: `
if read -r pid </run/sshd.pid; then
  kill "$pid"
  while kill -0 "$pid"; do sleep 0.01; done
fi 2>/dev/null`,
  systemd: 'systemctl stop ssh.service',
} as const;

/**
 * First process of a host; becomes what is process 1 there. Arguments: name, machine id, address, `plain` or `systemd`.
 * It reports `ready NAME PID` on stdout, PID as the machine sees it: when sshd listens, or before systemd starts.
 */
const hostScript = `
set -eu
name=$1 machine_id=$2 address=$3 manager=$4
read -r pid _ </proc/self/stat
echo "$name" >/proc/sys/kernel/hostname
umask 022
mkdir -p ${room}/hosts/"$name"/upper ${room}/hosts/"$name"/work ${room}/hosts/"$name"/root
cd ${room}/hosts/"$name"
mount -t overlay -o lowerdir=${room}/base,upperdir=upper,workdir=work "$name" root
cd root

mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then mount --bind dev/null proc/sysrq-trigger; fi
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
# Tools that list block devices look here and find none.
for hidden in block class/block dev/block; do
  if [ -d sys/$hidden ]; then mount -t tmpfs -o ro,size=4k none sys/$hidden; fi
done
# A mount already, or systemd would put the machine's devices there.
mount --bind dev dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=64m shm dev/shm
mount -t tmpfs -o mode=755,size=256m run run
mkdir -p run/sshd run/lock
chmod 1777 run/lock
if [ -e ${room}/hosts/"$name"/exec.log ]; then
  : >.${execLog}
  mount --bind ${room}/hosts/"$name"/exec.log .${execLog}
fi
if [ -d ${room}/shared ]; then mount --bind ${room}/shared srv/shared; fi

printf '%s\\n' '127.0.0.1 localhost' "127.0.1.1 $name" '::1 localhost' >etc/hosts
printf '%s\\n' "$name" >etc/hostname
printf '%s\\n' "$machine_id" >etc/machine-id
printf '%s\\n' "$AUTHORIZED_KEY" >etc/ssh/lab_keys
printf '%s\\n' "$HOST_KEY" >etc/ssh/ssh_host_ed25519_key
chmod 600 etc/ssh/ssh_host_ed25519_key

if [ "$manager" = systemd ]; then
  if [ -e .${execLog} ]; then
    mkdir etc/systemd/system/ssh.service.d
    printf '%s\\n' '[Service]' ExecStart= 'ExecStart=/usr/bin/${trace} /usr/sbin/sshd -D $SSHD_OPTS' \\
      >etc/systemd/system/ssh.service.d/trace.conf
  fi
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
fi
mkdir .machine
pivot_root . .machine
cd /
umount -l /.machine
rmdir /.machine
unset AUTHORIZED_KEY HOST_KEY

ip -batch - <<END
link set lo up
address add $address/24 dev eth0
link set eth0 up
END
exec 3>&1 </dev/null
if [ "$manager" = systemd ]; then
  echo "ready $name $pid" >&3
  exec >/dev/null 2>&1 3>&-
  exec ${confine.join(' ')} env -i container=stowage-lab PATH="$PATH" /lib/systemd/systemd
fi
exec ${confine.join(' ')} sh -c "$INIT_SCRIPT" init "$name" "$pid"
`;

/** Process 1 of a host without systemd. Arguments: its name and what number it has on the machine. */
const initScript = `
unset INIT_SCRIPT
(${startSshd.plain}
) && echo "ready $1 $2" >&3
exec >/dev/null 2>&1 3>&-
# wait reaps what others left behind, too.
while :; do sleep 2147483647 & wait || :; done
`;

/**
 * First process of the room. Arguments: the image, `plain` or `systemd`, `shared` or `separate`, `log` or `silent`, the
 * cgroup of the lab, then name, machine id, address and private host key of each host. Stdin is the controller's pipe.
 * It reports `ready room PID`, and `ended NAME` when a host is no more.
 */
const roomScript = `
set -eu
read -r pid _ </proc/self/stat
cd "$1"
manager=$2 sharing=$3 logging=$4 cgroup=$5
shift 5
umask 022
mount -t tmpfs -o mode=755 room ${room}
mkdir ${room}/base ${room}/hosts ${room}/tools ${room}/tools-upper ${room}/tools-work
# By its place in the tree, as the tmpfs may cover its name.
mount --no-canonicalize --bind . ${room}/base
cd /
mount -t overlay -o lowerdir=${room}/base,upperdir=${room}/tools-upper,workdir=${room}/tools-work tools ${room}/tools
mount -t proc proc ${room}/tools/proc
if [ "$sharing" = shared ]; then
  mkdir ${room}/shared
  mount -t tmpfs -o mode=775,size=1g shared ${room}/shared
  chown 64055:994 ${room}/shared
fi

links() {
  printf '%s\\n' 'link set lo up' 'link add hosts type bridge' 'address add 10.77.0.254/24 dev hosts' 'link set hosts up'
  number=1
  while [ $# -gt 0 ]; do
    printf '%s\\n' "netns add $1" "link add host$number type veth peer name eth0 netns $1" \\
      "link set host$number master hosts up"
    number=$((number + 1))
    shift 4
  done
}
links "$@" | chroot ${room}/tools ip -batch -
echo "ready room $pid"

start_host() {
  trap "echo ended $1" EXIT
  mkdir ${room}/hosts/$1
  if [ $logging = log ]; then : >${room}/hosts/$1/exec.log; fi
  set -- "$1" "$2" "$3" "$4" --mount --uts --ipc --pid --fork
  if [ $manager = systemd ]; then
    mkdir "$cgroup/$1"
    echo 0 >"$cgroup/$1/cgroup.procs"
    set -- "$@" --cgroup
  fi
  name=$1 machine_id=$2 address=$3
  export HOST_KEY="$4"
  shift 4
  nsenter --net=${room}/tools/run/netns/$name unshare "$@" sh -c "$host_script" init $name $machine_id $address $manager
}
host_script=$HOST_SCRIPT
unset HOST_SCRIPT ROOM_SCRIPT
while [ $# -gt 0 ]; do
  start_host "$1" "$2" "$3" "$4" &
  shift 4
done
read -r _ || :
`;

/**
 * Starts the room and waits for its end, then removes the cgroup of the lab. Arguments: as the room's script has them.
 */
const keeperScript = `
unshare --mount --net --uts --ipc --pid --fork --kill-child sh -c "$ROOM_SCRIPT" room "$@"
if [ -d "$5" ]; then find "$5" -depth -type d -exec rmdir {} +; fi
`;

/** The keeper's script takes the others from the variables ROOM_SCRIPT, HOST_SCRIPT and INIT_SCRIPT. */
export const labScripts = { keeper: keeperScript, room: roomScript, host: hostScript, init: initScript } as const;

/** For the room. Argument: a host. Prints what the host wrote into its root, in the form of a snapshot. */
export const rootSnapshotScript = `
set -eu
export LC_ALL=C
cd ${room}/hosts/"$1"/upper
find . -printf '%y %m %U:%G %s %T@ %C@ %i %P -> %l\\n' | sort
find . -type f -printf '%P\\0' | sort -z | xargs -0r sha256sum -b
`;

/** Where the controller finds the log of a host, below the root of the room's first process. */
export function execLogOf(name: string): string {
  return `${room}/hosts/${name}/exec.log`;
}
