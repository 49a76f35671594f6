import { expect } from 'chai';
import { RunnerError } from '../../src/model/errors.js';
import { assertReadOnly } from '../../src/transport/readOnly.js';

const passing = [
  'stat -c %a /x',
  'test -e /x',
  'cat /x',
  'ls -la',
  'id -u',
  'getent passwd x',
  'uname -r',
  'findmnt -J',
  'lsblk -J',
  'blkid -p /dev/x',
  'df -P',
  'blkid -o export /dev/x',
  'blkid -s UUID',
  'readlink -f /x',
  'head -c 5 /x',
  'tail -n 3 /x',
  'wc -l',
  'sha256sum /x',
  'systemctl show x',
  'systemctl --no-pager is-active x',
  'systemctl is-enabled x',
  'systemctl cat x',
  'dpkg-query -W -f x y',
  'rpm -q x',
  'rpm -qa',
  'gluster peer status',
  'gluster --mode=script --xml volume info',
  'gluster volume status v',
  'gluster volume heal v info',
  'mount',
  'sysctl -n vm.swappiness',
  'sysctl -a',
  'qemu-img info --output=json /x',
  'swapon --show=NAME',
  'virsh list --all',
];
const refused = [
  '',
  'rm /x',
  'sh -c true',
  'env rm',
  'find / -delete',
  'find /',
  'sort -o x y',
  'tee x',
  'sed -i x y',
  'sed x',
  'awk x',
  'date -s x',
  'date',
  'hostname x',
  'ip link del x',
  'dd of=/x',
  'xargs rm',
  '/bin/cat x',
  'sudo cat',
  'mount /x',
  'mount -a',
  'sysctl -w a=b',
  'sysctl a=b',
  'sysctl -p',
  'sysctl --system',
  'sysctl -nw a',
  'systemctl start x',
  'systemctl --root x show',
  'systemctl -H x show',
  'systemctl show -H x',
  'systemctl',
  'dpkg-query --control-show x',
  'dpkg -i x',
  'rpm -i x',
  'rpm -e x',
  'rpm -q --pipe x y',
  'rpm --eval x',
  'gluster volume create x',
  'gluster peer probe x',
  'gluster volume heal v',
  'gluster volume heal v full',
  'gluster volume heal v info heal',
  'gluster volume set v x y',
  'gluster --log-file=/x volume info',
  'gluster volume info --log-file=x',
  'blkid -c /x',
  'blkid -g',
  'blkid -pc /x',
  'qemu-img check -r all /x',
  'qemu-img create x',
  'tail -f /x',
  'swapon -a',
  'swapon /x',
  'virsh destroy x',
  'constructor',
  'toString x',
];

const allowed = (command: string, reads: readonly string[] = []): boolean => {
  try {
    assertReadOnly(command === '' ? [] : command.split(' '), reads);
    return true;
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'NOT_READ_ONLY') return false;
    throw error;
  }
};

describe('the table of read-only programs', () => {
  for (const command of passing) it(`lets pass: ${command}`, () => expect(allowed(command)).to.equal(true));
  for (const command of refused) it(`refuses: ${command}`, () => expect(allowed(command)).to.equal(false));

  const declared: readonly (readonly [string, string, boolean])[] = [
    ['o2info', 'o2info --fs x', true],
    ['exportfs -v', 'exportfs -v', true],
    ['exportfs -v', 'exportfs -a', false],
    ['exportfs -v', 'exportfs', false],
    ['o2info', 'o2info2', false],
  ];
  for (const [reads, command, pass] of declared) {
    it(`${pass ? 'lets pass' : 'refuses'} "${command}" where a module declares "${reads}"`, () =>
      expect(allowed(command, [reads])).to.equal(pass));
  }
});
