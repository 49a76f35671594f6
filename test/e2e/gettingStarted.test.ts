import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Plan } from '../../src/model/plan.js';
import type { StatusReport } from '../../src/model/status.js';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

const playbook = 'playbooks/getting-started.yml';

/** Each scenario builds on the one before, as a user's day does. */
describe('the getting-started playbook on three hosts', function () {
  this.timeout(60_000);
  let lab: Lab;
  const run = (...argv: string[]): Promise<CliResult> => stowage([...argv, '--config', lab.configFile]);
  const snapshots = (): Promise<string[]> => Promise.all(lab.hosts.map((host) => host.snapshot()));

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 3, shared: true });
  });
  after(async () => {
    await lab.stop();
  });

  it('is planned without a change on any host', async () => {
    const before = await snapshots();
    const { code, stdout } = await run('plan', playbook, '-D', '--out', join(lab.dir, 'first.json'));
    expect(code).to.equal(0);
    expect(stdout).to.include('External volume "MyExternalVolume"').and.include('install -d -m 00770 -o libvirt-qemu');
    expect(stdout).to.include('+The storage of kvm1 is described by');
    expect(await snapshots()).to.deep.equal(before);
  });

  it('is drift until it is applied', async () => {
    expect((await run('drift', playbook)).code).to.equal(3);
    expect((await run('plan', playbook, '--detailed-exitcode')).code).to.equal(3);
  });

  it('is applied as the saved plan says, and every prediction holds', async () => {
    const { code, stdout } = await run('apply', join(lab.dir, 'first.json'), '--json');
    expect(code).to.equal(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; diverged?: string });
    const ends = events.filter(({ type }) => type === 'node.end');
    expect(ends.filter(({ diverged }) => diverged !== undefined)).to.deep.equal([]);
    const plan = JSON.parse(await readFile(join(lab.dir, 'first.json'), 'utf8')) as Plan;
    const open = plan.entries.filter(({ change }) => change.kind === 'unknown').map(({ node }) => node.name);
    // What only apply can know: what a command changes, and access to a directory that does not exist yet.
    expect([...new Set(open)]).to.deep.equal(['Keep /etc as it was before', 'Access to /home/images']);
    expect(ends).to.have.length(plan.entries.length);
  });

  it('has made what it says, seen from outside', async () => {
    for (const host of lab.hosts) {
      const stat = await host.run(['stat', '-c', '%F %a %U %G', '/home/images']);
      expect(stat.stdout).to.equal('directory 770 libvirt-qemu kvm\n');
      expect((await host.run(['cat', '/etc/motd'])).stdout).to.include(`The storage of ${host.name} is described`);
      const leftover = await host.run(['find', '/home/images', '/srv/shared', '/etc', '-name', '*stowage-proof*']);
      expect(leftover.stdout).to.equal('');
    }
    const markers = await Promise.all(lab.hosts.map((host) => host.run(['cat', '/srv/shared/.stowage-volume'])));
    expect(new Set(markers.map(({ stdout }) => stdout)).size).to.equal(1);
    expect(markers[0]?.stdout).to.include('"volume":"Shared"');
  });

  it('changes nothing the second time and says so in one sentence', async () => {
    const before = await snapshots();
    const { code, stdout } = await run('apply', playbook);
    expect(code).to.equal(0);
    expect(stdout).to.equal(`No changes. All 13 resources on 3 hosts match ${playbook}.\n`);
    expect(await snapshots()).to.deep.equal(before);
    expect((await run('drift', playbook)).code).to.equal(0);
  });

  it('is shown as a tree and as JSON, with the files of guests', async () => {
    await hostOf(lab, 'kvm2').run(['sh', '-c', 'head -c 65536 /dev/zero >/home/images/guest1.qcow2']);
    const { code, stdout } = await run('status', playbook);
    expect(code).to.equal(0);
    for (const part of [
      'Image Storages',
      'MyImageStorage',
      '/home/images',
      'guest1.qcow2',
      'Media Storages',
      'Direct Storages',
    ]) {
      expect(stdout).to.include(part);
    }
    const report = JSON.parse((await run('status', playbook, '--json')).stdout) as StatusReport;
    const [storage] = report.imageStorages;
    expect(storage).to.include({ kind: 'image_storage', name: 'MyImageStorage', state: 'ok' });
    expect(
      storage?.children.map(({ name, type, mountPoint, state }) => ({ name, type, mountPoint, state })),
    ).to.deep.equal([
      { name: 'MyExternalVolume', type: 'External', mountPoint: '/home/images', state: 'ok' },
      { name: 'Shared', type: 'External', mountPoint: '/srv/shared', state: 'ok' },
    ]);
    for (const volume of storage?.children ?? []) {
      expect(volume.hosts.map(({ host }) => host)).to.deep.equal(['kvm1', 'kvm2', 'kvm3']);
      for (const { used, available } of volume.hosts)
        expect([typeof used, typeof available]).to.deep.equal(['number', 'number']);
    }
  });

  it('repairs just what was changed by hand', async () => {
    await hostOf(lab, 'kvm3').run(['sh', '-c', 'echo hello >/etc/motd']);
    const plan = await run('plan', playbook);
    expect(plan.stdout).to.include('Plan: 0 to create, 1 to change');
    expect((await run('apply', playbook)).code).to.equal(0);
    expect((await run('drift', playbook)).code).to.equal(0);
  });

  it('names the directory that keeps the qemu user out, and what would mend it', async () => {
    const kvm1 = hostOf(lab, 'kvm1');
    await kvm1.run(['chmod', '0700', '/home']);
    const { code, stdout } = await run('plan', playbook);
    expect(code).to.equal(6);
    expect(stdout).to.match(/libvirt-qemu has no search permission on \/home \(root:root 0700\)/);
    expect(stdout).to.include('chmod o+x /home');
    const status = await run('status', playbook, '--plain');
    await kvm1.run(['chmod', '0755', '/home']);
    expect(status.stdout).to.include('libvirt-qemu has no search permission on /home');
  });

  it('proves again when the directory is not the one that was proved', async () => {
    const kvm1 = hostOf(lab, 'kvm1');
    await kvm1.run(['sh', '-c', 'mv /home/images /home/old && mkdir -m 0777 /home/images']);
    const plan = await run('plan', playbook);
    expect(plan.stdout).to.match(/proved\s*: false -> true/);
    expect((await run('apply', playbook)).code).to.equal(0);
    // Owner, group and mode were not asked for: what is there already is left as it is.
    expect((await kvm1.run(['stat', '-c', '%a %U', '/home/images'])).stdout).to.equal('777 root\n');
    expect((await run('drift', playbook)).code).to.equal(0);
  });

  it('repairs owner, group and mode when they are given', async () => {
    const text = await readFile(playbook, 'utf8');
    const strict = text.replace(
      'shared: false',
      'shared: false\n          owner: libvirt-qemu\n          group: kvm\n          mode: "0770"',
    );
    await writeFile(join(lab.dir, 'strict.yml'), strict);
    expect((await run('apply', join(lab.dir, 'strict.yml'))).code).to.equal(0);
    const stat = await hostOf(lab, 'kvm1').run(['stat', '-c', '%a %U %G', '/home/images']);
    expect(stat.stdout).to.equal('770 libvirt-qemu kvm\n');
    expect((await run('drift', join(lab.dir, 'strict.yml'))).code).to.equal(0);
  });

  it('is refused where a host does not see what the others share', async () => {
    const kvm2 = hostOf(lab, 'kvm2');
    await kvm2.run(['sh', '-c', 'mkdir -m 0777 /srv/own && mount --bind /srv/own /srv/shared']);
    const { code, stdout } = await run('plan', playbook);
    expect(code).to.equal(6);
    expect(stdout.replace(/\s+/g, ' ')).to.include(
      'kvm2 does not see the marker that kvm1 has in /srv/shared: not the same directory',
    );
    await kvm2.run(['umount', '/srv/shared']);
    expect((await run('drift', playbook)).code).to.equal(0);
  });

  it('goes on without a host that is down, names it, and exits with 4', async () => {
    await hostOf(lab, 'kvm3').stopSsh();
    await hostOf(lab, 'kvm1').run(['rm', '/etc/motd']);
    const { code, stdout } = await run('apply', playbook);
    expect(code).to.equal(4);
    expect(stdout)
      .to.match(/kvm3 .*/)
      .and.include('unreach');
    expect((await hostOf(lab, 'kvm1').run(['cat', '/etc/motd'])).stdout).to.include('The storage of kvm1');
    const status = await run('status', playbook);
    expect(status.code).to.equal(4);
    expect(status.stdout).to.match(/kvm3\s+\? unknown\s+unreachable/);
    await hostOf(lab, 'kvm3').startSsh();
  });

  it('does not mark a shared volume while a host is missing', async () => {
    await hostOf(lab, 'kvm1').run(['rm', '/srv/shared/.stowage-volume']);
    await hostOf(lab, 'kvm3').stopSsh();
    const { code, stdout } = await run('apply', playbook);
    expect(code).to.equal(4);
    expect(stdout).to.include('MEMBER_MISSING');
    const marker = await hostOf(lab, 'kvm1').run(['test', '-e', '/srv/shared/.stowage-volume']);
    expect(marker.code).to.equal(1);
    await hostOf(lab, 'kvm3').startSsh();
    expect((await run('apply', playbook)).code).to.equal(0);
  });

  it('lets a limit restrict what is changed, not who is a member', async () => {
    await Promise.all(lab.hosts.map((host) => host.run(['sh', '-c', 'echo drifted >/etc/motd'])));
    expect((await run('apply', playbook, '-l', 'kvm2')).code).to.equal(0);
    const drifted = await Promise.all(lab.hosts.map((host) => host.run(['cat', '/etc/motd'])));
    expect(drifted.map(({ stdout }) => stdout === 'drifted\n')).to.deep.equal([true, false, true]);
    expect((await run('apply', playbook)).code).to.equal(0);
  });
});
