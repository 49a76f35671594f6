/** What the hosts of the namespace lab are made of. A change of anything here makes a new image. */

/** Debian's packages on top of its essential ones; what they depend on comes along, what they recommend does not. */
export const packages = [
  ...['openssh-server', 'sudo', 'opendoas', 'systemd-sysv', 'dbus'],
  ...['bash', 'dash', 'fish', 'csh', 'tcsh', 'busybox'],
  ...['iproute2', 'nftables', 'procps', 'util-linux', 'e2fsprogs', 'acl', 'strace'],
] as const;

interface Account {
  readonly uid: number;
  readonly shell: string;
  readonly password?: string;
  /** How sudo and doas make it root. Absent = not at all. */
  readonly becomes?: 'freely' | 'with password';
  readonly group?: { readonly name: string; readonly gid: number };
}

/** The users; all but libvirt-qemu log in with the lab's key, and those with a password also with that. */
export const accounts = {
  root: { uid: 0, shell: '/bin/bash', password: 'root of the lab' },
  admin: { uid: 2001, shell: '/bin/bash', becomes: 'freely' },
  oper: { uid: 2002, shell: '/bin/bash', becomes: 'with password', password: 'oper of the lab' },
  'in-dash': { uid: 2011, shell: '/bin/dash', becomes: 'freely' },
  'in-fish': { uid: 2012, shell: '/usr/bin/fish', becomes: 'freely' },
  'in-csh': { uid: 2013, shell: '/bin/bsd-csh', becomes: 'freely' },
  'in-tcsh': { uid: 2014, shell: '/bin/tcsh', becomes: 'freely' },
  'in-busybox': { uid: 2015, shell: '/usr/local/bin/ash', becomes: 'freely' },
  'libvirt-qemu': { uid: 64055, shell: '/usr/sbin/nologin', group: { name: 'kvm', gid: 994 } },
} as const satisfies Record<string, Account>;

export type Login = Exclude<keyof typeof accounts, 'libvirt-qemu'>;

/** What keeps a host of systemd busy and is of no use in a lab. */
const idle = [
  ...['systemd-timesyncd.service', 'systemd-logind.service', 'systemd-networkd.service', 'systemd-resolved.service'],
  ...['systemd-pstore.service', 'systemd-binfmt.service', 'systemd-sysctl.service', 'systemd-modules-load.service'],
  ...[
    'getty.target',
    'console-getty.service',
    'dev-hugepages.mount',
    'sys-fs-fuse-connections.mount',
    'sys-kernel-debug.mount',
    'nftables.service',
  ],
  ...['sys-kernel-tracing.mount', 'proc-sys-fs-binfmt_misc.automount', 'proc-sys-fs-binfmt_misc.mount'],
  ...[
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'dpkg-db-backup.timer',
    'systemd-tmpfiles-clean.timer',
  ],
] as const;

/** Runs once in the root of the new image. */
export const finishing = `
set -eu
umask 022
ln -s /bin/busybox /usr/local/bin/ash
${Object.entries(accounts).map(createAccount).join('\n')}
echo 'Defaults logfile=/var/log/sudo.log' >/etc/sudoers.d/log
chmod 440 /etc/sudoers.d/*
chmod 400 /etc/doas.conf

cat >/etc/ssh/sshd_config.d/10-lab.conf <<'END'
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_keys
END
echo "SSHD_OPTS='-E /var/log/auth.log'" >/etc/default/ssh
rm -f /etc/ssh/ssh_host_*

: >/etc/fstab
: >/etc/resolv.conf
: >/etc/machine-id
rm -f /etc/hostname /var/lib/dbus/machine-id
ln -sf ../proc/self/mounts /etc/mtab
ln -sf pts/ptmx /dev/ptmx
mkdir -p /srv/shared
systemctl -q set-default multi-user.target
systemctl -q enable ssh.service
systemctl -q mask ${idle.join(' ')}
`;

function createAccount([name, account]: [string, Account]): string {
  const { uid, shell, password, becomes, group } = account;
  const lines = group === undefined ? [] : [`groupadd -g ${String(group.gid)} ${group.name}`];
  const home = becomes === undefined ? '-M -d /var/lib/libvirt' : '-m';
  if (uid === 0) lines.push(`chsh -s ${shell} ${name}`);
  else
    lines.push(
      `useradd -u ${String(uid)} -s ${shell} ${home} ${group === undefined ? '' : `-g ${group.name}`} ${name}`,
    );
  // Locked with a "!" it could not log in by key either.
  if (uid !== 0 && password === undefined) lines.push(`usermod -p '*' ${name}`);
  if (password !== undefined) lines.push(`echo '${name}:${password}' | chpasswd`);
  if (becomes !== undefined) {
    const free = becomes === 'freely';
    lines.push(`echo '${name} ALL=(ALL:ALL) ${free ? 'NOPASSWD: ' : ''}ALL' >/etc/sudoers.d/${name}`);
    lines.push(`echo 'permit ${free ? 'nopass ' : ''}${name}' >>/etc/doas.conf`);
  }
  return lines.join('\n');
}
