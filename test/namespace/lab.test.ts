import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { gone, output, pidNamespaces } from '../lab/observe.js';
import { startNamespaceLab } from '../lab/namespace.js';
import type { NamespaceLab } from '../lab/namespace.js';
import { hostOf } from '../lab/lab.js';
import { labOrSkip, ssh } from './support.js';

/** What of the machine a lab could leave or change; `pid` is its controller. */
function machine(pid = process.pid): Record<string, unknown> {
  const find = spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '4', '-name', `stowage-lab-${String(pid)}-*`], {
    encoding: 'utf8',
  });
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    networks: readdirSync('/sys/class/net'),
    routes: readFileSync('/proc/net/route', 'utf8'),
    namespaces: existsSync('/run/netns') ? readdirSync('/run/netns') : [],
    cgroups: find.stdout,
    loops: readdirSync('/sys/block').filter((name) => existsSync(`/sys/block/${name}/loop`)),
    inotify: readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'),
  };
}

const sizes = [
  { hosts: 3, systemd: false },
  { hosts: 10, systemd: false },
  { hosts: 3, systemd: true },
];

describe('the namespace lab', function () {
  this.timeout(60_000);
  before(async function () {
    await labOrSkip(this, { hosts: 1 });
  });

  for (const { hosts, systemd } of sizes) {
    const kind = systemd ? ' with systemd' : '';
    it(`brings ${String(hosts)} hosts${kind} up and leaves nothing of them`, async () => {
      const before = machine();
      const start = performance.now();
      const lab = await startNamespaceLab({ hosts, systemd });
      const up = performance.now();
      const namespaces = await pidNamespaces(lab);
      const answers = await Promise.all(lab.hosts.map((host) => ssh(lab, host, 'uname -n')));
      expect(machine().networks, 'while the lab is up').to.deep.equal(before.networks);
      const last = performance.now();
      await lab.stop();
      const down = performance.now() - last;
      process.stdout.write(
        `      ${String(hosts)} hosts${kind}: up ${(up - start).toFixed(0)} ms, down ${down.toFixed(0)} ms\n`,
      );
      expect(answers.map(({ stdout }) => stdout.trim())).to.deep.equal(lab.hosts.map(({ name }) => name));
      expect(new Set(namespaces).size).to.equal(hosts);
      await gone(namespaces, lab.dir);
      expect(machine()).to.deep.equal(before);
    });
  }

  for (const systemd of [false, true]) {
    it(`goes when its controller is killed${systemd ? ', with systemd' : ''}`, async () => {
      const before = machine();
      const module = JSON.stringify(new URL('../lab/namespace.js', import.meta.url).href);
      const script = `import { startNamespaceLab } from ${module};
        import { readlinkSync } from 'node:fs';
        const lab = await startNamespaceLab({ hosts: 2, systemd: ${String(systemd)} });
        const seen = await Promise.all(lab.hosts.map((host) => host.run(['readlink', '/proc/self/ns/pid'])));
        lab.hosts[0].run(['sleep', '1000']);
        console.log(JSON.stringify({ dir: lab.dir, namespaces: seen.map(({ stdout }) => stdout.trim()) }));`;
      const controller = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(controller.stdout, 'data')) as [Buffer];
      const { dir, namespaces } = JSON.parse(line.toString()) as { dir: string; namespaces: string[] };
      expect(namespaces).to.have.length(2);
      controller.kill('SIGKILL');
      await gone(namespaces, dir);
      const deadline = Date.now() + 5000;
      const after = (): object => machine(controller.pid);
      while (JSON.stringify(after()) !== JSON.stringify(before) && Date.now() < deadline) await pauseABit();
      expect(after()).to.deep.equal(before);
    });
  }
});

/** Gives what ends by itself its turn. */
function pauseABit(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a host of the namespace lab', function () {
  this.timeout(60_000);
  let lab: NamespaceLab;
  before(async function () {
    lab = await labOrSkip(this, { hosts: 2, shared: true, execLog: true });
  });
  const first = () => hostOf(lab, 'kvm1');

  const facts: [string, { script: string; gives: string }][] = [
    ['has a host name of its own', { script: 'uname -n; cat /etc/hostname', gives: 'kvm1\nkvm1' }],
    [
      'has an address in the lab',
      { script: 'ip -o -4 address show dev eth0 | cut -d " " -f 7', gives: '10.77.0.1/24' },
    ],
    ['has no way out', { script: 'ip route show default; cat /etc/resolv.conf', gives: '' }],
    ['has no block devices', { script: 'find /dev -type b; lsblk', gives: '' }],
    ['has devices that work', { script: 'echo x >/dev/null; head -c 3 /dev/zero | wc -c', gives: '3' }],
    ['has the qemu user', { script: 'id libvirt-qemu', gives: 'uid=64055(libvirt-qemu) gid=994(kvm) groups=994(kvm)' }],
    ['can mount', { script: 'mount -t tmpfs x /mnt && touch /mnt/f && umount /mnt && ls -A /mnt', gives: '' }],
    ['reaps what is left behind', { script: '(true &); while ps -e -o stat= | grep -q ^Z; do :; done', gives: '' }],
  ];
  for (const [title, { script, gives }] of facts) {
    it(title, async () => expect(await output(first(), script)).to.equal(gives));
  }

  const attempts = [
    'mknod /root/disk b 7 0',
    'date -s 2001-01-01',
    'sysctl -w fs.inotify.max_user_instances=1000',
    'mount -t ext4 /dev/loop0 /mnt',
  ];
  for (const attempt of attempts) {
    it(`does not let its root do ${attempt}`, async () => {
      for (const result of [await first().run(['sh', '-c', attempt]), await ssh(lab, first(), attempt)]) {
        expect(result.code, result.stdout).to.not.equal(0);
      }
    });
  }

  it('gives equal snapshots while somebody logs in, reads, and becomes root', async () => {
    // The first use of sudo makes its folders.
    await ssh(lab, first(), 'sudo -n true', '-l', 'admin');
    const before = await first().snapshot();
    const { stdout } = await ssh(lab, first(), 'sudo -n find /etc /home -type f -exec cat {} + | wc -c', '-l', 'admin');
    expect(Number(stdout)).to.be.greaterThan(10_000);
    expect(await first().snapshot()).to.equal(before);
  });

  const writes: [string, string][] = [
    ['a new file', 'touch /srv/new'],
    ['the same content written again', 'cat /etc/issue >/root/x; cat /root/x >/etc/issue'],
    ['a touch', 'touch /etc/issue'],
    ['a file of the image that is removed', 'rm /etc/issue.net'],
    ['a file in the shared folder', 'touch /srv/shared/x'],
    ['a mount', 'mount -t tmpfs x /mnt'],
    ['a file on a later mount', 'touch /mnt/x; true'],
  ];
  for (const [title, script] of writes) {
    it(`shows ${title} in a snapshot`, async () => {
      const before = await first().snapshot();
      await output(first(), script);
      expect(await first().snapshot()).to.not.equal(before);
    });
  }

  it('shares one folder with the others', async () => {
    await output(first(), 'echo ours >/srv/shared/file');
    expect(await output(hostOf(lab, 'kvm2'), 'cat /srv/shared/file')).to.equal('ours');
  });

  it('knows what was executed, by its own eye', async () => {
    const earlier = [first().execs().length, first().executions().length];
    const command =
      'exec sh -c \'"$@"\' "ä\n$$" printf "%s|" "a b" "" \'"\' \'\\\' | /usr/bin/tac -s "|"; nothing-like-this';
    await ssh(lab, first(), command);
    expect(first().execs().slice(earlier[0])).to.deep.equal([command]);
    const programs = first()
      .executions()
      .slice(earlier[1])
      .map(({ argv }) => argv);
    expect(programs).to.deep.include(['bash', '-c', command]);
    expect(programs).to.deep.include(['/usr/bin/tac', '-s', '|']);
    expect(programs.find(([program]) => program === 'nothing-like-this')).to.equal(undefined);
    expect(hostOf(lab, 'kvm2').execs()).to.deep.equal([]);
  });

  it('says in its log who came and who became root', async () => {
    await ssh(lab, first(), 'sudo -n true', '-l', 'admin');
    const log = await first().authLog();
    expect(log).to.match(/Accepted publickey for admin from 10\.77\.0\.254 /);
    expect(log).to.match(/admin : .*USER=root ; COMMAND=\/usr\/bin\/true/);
  });

  const accounts: [string, string][] = [
    ['in-dash', 'dash'],
    ['in-fish', 'fish'],
    ['in-csh', 'bsd-csh'],
    ['in-tcsh', 'tcsh'],
    ['in-busybox', 'ash'],
    ['admin', 'bash'],
  ];
  for (const [account, shell] of accounts) {
    it(`lets ${account} log in, whose shell is ${shell}`, async () => {
      const command = `sh -c 'ps -o comm= -p $PPID'; sudo -n id -u; doas -n id -u`;
      const { stdout, stderr } = await ssh(lab, first(), command, '-l', account);
      expect(stdout, stderr).to.equal(`${shell}
0
0
`);
    });
  }

  it('asks oper for a password', async () => {
    const result = await ssh(lab, first(), 'sudo -n true', '-l', 'oper');
    expect(result).to.include({ code: 1, stderr: 'sudo: a password is required\n' });
    const fed = await ssh(lab, first(), 'echo oper of the lab | sudo -S -p "" id -u', '-l', 'oper');
    expect(fed.stdout).to.equal('0\n');
  });
});
