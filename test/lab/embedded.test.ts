import { once } from 'node:events';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import { startEmbeddedLab } from './embedded.js';
import { hostOf } from './lab.js';
import type { Lab, LabHost } from './lab.js';
import { asUser, connection, open, output, overSsh } from './observe.js';

describe(`the embedded lab${asUser ? ', as an ordinary user' : ''}`, () => {
  let lab: Lab;
  let [kvm1, kvm2]: LabHost[] = [];
  const first = (): LabHost => kvm1 ?? hostOf(lab, 'kvm1');
  const second = (): LabHost => kvm2 ?? hostOf(lab, 'kvm2');

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 2, shared: true });
    [kvm1, kvm2] = lab.hosts;
  });
  after(() => lab.stop());

  const facts: [string, { script: string; gives: string }][] = [
    ['has a host name of its own', { script: 'uname -n; cat /etc/hostname', gives: 'kvm1\nkvm1' }],
    ['runs as root', { script: 'id -un; id -u', gives: 'root\n0' }],
    [
      'sees only its own processes',
      { script: 'readlink /proc/1/ns/pid /proc/self/ns/pid | uniq | wc -l; cat /proc/1/comm', gives: '1\nsh' },
    ],
    ['has no block devices', { script: 'find /dev -type b; lsblk', gives: '' }],
    ['has devices that work', { script: 'echo x >/dev/null; head -c 3 /dev/zero | wc -c', gives: '3' }],
    [
      'starts with a clean environment',
      { script: 'env | cut -d = -f 1 | sort | xargs', gives: 'HOME LOGNAME PATH PWD SHELL USER' },
    ],
    ['hides the machine', { script: 'ls -A /home /root /srv/shared /tmp /var/tmp /opt /mnt | grep -v :', gives: '' }],
    [
      'gives each command a session of its own',
      { script: 'test "$(ps -o sid= -p $$ | xargs)" = $$ && echo own', gives: 'own' },
    ],
    ['can mount', { script: 'mount -t tmpfs x /mnt && touch /mnt/f && umount /mnt && ls -A /mnt', gives: '' }],
  ];
  for (const [title, { script, gives }] of facts) {
    it(title, async () => expect(await output(first(), script)).to.equal(gives));
  }

  it('has another machine id on every host', async () => {
    const ids = await Promise.all(lab.hosts.map((host) => output(host, 'cat /etc/machine-id')));
    expect(ids[0]).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).to.equal(2);
  });

  it('has no namespace in common with another host or the machine, but for the network', async () => {
    for (const kind of ['user', 'mnt', 'pid', 'uts', 'ipc']) {
      const ids = await Promise.all(lab.hosts.map((host) => output(host, `readlink /proc/self/ns/${kind}`)));
      expect(new Set([...ids, readlinkSync(`/proc/self/ns/${kind}`)]).size, kind).to.equal(3);
    }
    expect(await output(first(), 'readlink /proc/self/ns/net')).to.equal(readlinkSync('/proc/self/ns/net'));
  });

  const attempts = [
    'touch /usr/x',
    'mount -o remount,rw /usr',
    'mount -o remount,bind,rw /usr',
    'umount /usr',
    'touch /etc/alternatives/x',
  ];
  for (const attempt of attempts) {
    it(`does not let its root do ${attempt}`, async () => {
      expect((await first().run(['sh', '-c', attempt])).code).to.not.equal(0);
      expect((await first().run(['touch', '/usr/x'])).stderr).to.contain('Read-only file system');
    });
  }

  it('keeps files between commands, on their own host only', async () => {
    await output(first(), 'echo mine >/home/file');
    expect(await output(first(), 'cat /home/file')).to.equal('mine');
    expect(await output(second(), 'ls -A /home')).to.equal('');
  });

  it('shares one folder between its hosts', async () => {
    await output(first(), 'echo ours >/srv/shared/file');
    expect(await output(second(), 'cat /srv/shared/file; rm /srv/shared/file')).to.equal('ours');
    expect(await output(first(), 'ls -A /srv/shared')).to.equal('');
  });

  it('lets libvirt-qemu act where there are several uids, and says where there is one', async () => {
    if (lab.uids === 'one') {
      expect(await output(first(), 'id -u libvirt-qemu')).to.equal('0');
      return;
    }
    const script = 'id -u; id -gn; touch /srv/shared/q && rm /srv/shared/q && ! touch /root/q 2>/dev/null';
    const result = await first().run([
      'setpriv',
      '--reuid=libvirt-qemu',
      '--regid=kvm',
      '--init-groups',
      'sh',
      '-c',
      script,
    ]);
    expect(result).to.deep.equal({ code: 0, stdout: '64055\nkvm\n', stderr: '' });
  });

  it('reaps what is left behind', async () => {
    await output(first(), 'for i in 1 2 3 4 5; do (sleep 0.01 &) ; done');
    const deadline = Date.now() + 5000;
    const left = (): Promise<string> => output(first(), 'ps -e -o stat=,comm= | grep -E "^Z|sleep$" | grep -c . || :');
    // One sleep is the first process's own.
    while ((await left()) !== '1') if (Date.now() > deadline) throw new Error('zombies stay');
  });

  it('gives the exit code, the signal and both outputs of a command', async () => {
    expect(await first().run(['sh', '-c', 'echo a; echo b >&2; exit 7'])).to.deep.equal({
      code: 7,
      stdout: 'a\n',
      stderr: 'b\n',
    });
    expect((await first().run(['sh', '-c', 'kill -9 $$'])).code).to.equal(137);
  });

  it('gives equal snapshots while nothing is written, and while something is read', async () => {
    const before = await first().snapshot();
    await output(first(), 'find /etc /home /var -xdev -type f -exec cat {} + >/dev/null; ls -laR /etc >/dev/null');
    expect(await first().snapshot()).to.equal(before);
  });

  const writes: [string, string][] = [
    ['a new file', 'touch /srv/new'],
    ['new content of the same length', 'printf 2 >/home/seen'],
    ['the same content written again', 'printf 1 >/home/seen'],
    ['a mode', 'chmod 600 /home/seen'],
    ['a touch', 'touch /home/seen'],
    ['a touch that sets the old time', 'touch -r /home/seen /home/seen'],
    ['a rename onto itself by a copy', 'cp -p /home/seen /home/copy && mv /home/copy /home/seen'],
    ['a file that was there for a moment', 'touch /etc/x && rm /etc/x'],
    ['a link', 'ln -s a /var/link'],
    ['a file in shared memory', 'touch /dev/shm/x'],
    ['a file in the shared folder', 'touch /srv/shared/x'],
    ['a file with a line feed in its name', "touch '/home/a\nb'"],
    ['a mount', 'mount -t tmpfs x /mnt'],
    ['a file on a later mount', 'touch /mnt/x'],
  ];
  for (const [title, script] of writes) {
    it(`shows ${title} in a snapshot`, async () => {
      await output(first(), 'test -e /home/seen || printf 1 >/home/seen');
      const before = await first().snapshot();
      await output(first(), script);
      expect(await first().snapshot()).to.not.equal(before);
    });
  }

  it('serves SSH with the keys and addresses of its files', async () => {
    expect(await overSsh(first(), lab, 'uname -n; pwd; echo $HOME')).to.equal('kvm1\n/root\n/root');
    expect(first().execs()).to.deep.equal(['uname -n; pwd; echo $HOME']);
    expect(second().execs()).to.deep.equal([]);
    const known = readFileSync(lab.knownHostsFile, 'utf8').trim().split('\n');
    expect(known.map((line) => line.split(' ')[0])).to.deep.equal(
      lab.hosts.map(({ port }) => `[127.0.0.1]:${String(port)}`),
    );
    expect(readFileSync(lab.inventoryFile, 'utf8')).to.contain(`ansible_port: ${String(second().port)}`);
    expect(statSync(lab.keyFile).mode & 0o777).to.equal(0o600);
    expect(statSync(lab.dir).mode & 0o777).to.equal(0o700);
  });

  it('refuses connections while SSH is stopped, and comes back on the same port', async () => {
    await second().stopSsh();
    const [error] = (await once(connect(second().port, second().address), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    expect(await output(second(), 'echo up')).to.equal('up');
    await second().startSsh();
    expect(await overSsh(second(), lab, 'echo back')).to.equal('back');
    expect(second().execs()).to.deep.equal(['echo back']);
  });

  it('drops connections while the command goes on', async () => {
    const client = await connection(first(), lab);
    const channel = await open(client, 'echo started; cat >/dev/null; touch /home/finished');
    await once(channel, 'data');
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
    first().dropConnections();
    await closed;
    const deadline = Date.now() + 5000;
    while ((await first().run(['test', '-e', '/home/finished'])).code !== 0) {
      if (Date.now() > deadline) throw new Error('the command was killed');
    }
  });
});
