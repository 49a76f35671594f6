import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { hostOf } from '../lab/lab.js';
import type { Login } from '../lab/namespace/recipe.js';
import type { NamespaceLab } from '../lab/namespace.js';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';
import { labOrSkip } from './support.js';

const playbook = 'playbooks/getting-started.yml';

function cli(lab: NamespaceLab, ...argv: string[]): Promise<CliResult> {
  return stowage([...argv, '--config', lab.configFile], { prefix: lab.enter });
}

async function snapshots(lab: NamespaceLab): Promise<string[]> {
  return Promise.all(lab.hosts.map((host) => host.snapshot()));
}

const kinds: { title: string; login: Login; systemd: boolean }[] = [
  { title: 'as root', login: 'root', systemd: false },
  { title: 'as a user who becomes root by sudo', login: 'admin', systemd: false },
  { title: 'as a user who becomes root by sudo, on hosts with systemd', login: 'admin', systemd: true },
];

for (const { title, login, systemd } of kinds) {
  describe(`the getting-started playbook on three hosts with OpenSSH, ${title}`, function () {
    this.timeout(60_000);
    let lab: NamespaceLab;
    before(async function () {
      lab = await labOrSkip(this, { hosts: 3, shared: true, login, systemd });
    });

    it('is planned without a change on any host', async () => {
      // The first login with sudo makes the folders of sudo.
      expect((await cli(lab, 'plan', playbook)).code).to.equal(0);
      const before = await snapshots(lab);
      const { code, stdout, stderr } = await cli(lab, 'plan', playbook, '-D');
      expect(code, stdout + stderr).to.equal(0);
      expect(await snapshots(lab)).to.deep.equal(before);
    });

    it('is applied', async () => {
      const { code, stdout, stderr } = await cli(lab, 'apply', playbook);
      expect(code, stdout + stderr).to.equal(0);
      for (const host of lab.hosts) {
        const stat = await host.run(['stat', '-c', '%F %a %U %G', '/home/images']);
        expect(stat.stdout).to.equal('directory 770 libvirt-qemu kvm\n');
        expect((await host.run(['cat', '/etc/motd'])).stdout).to.include(`The storage of ${host.name} is described`);
      }
      const markers = await Promise.all(lab.hosts.map((host) => host.run(['cat', '/srv/shared/.stowage-volume'])));
      expect(new Set(markers.map(({ stdout }) => stdout)).size).to.equal(1);
    });

    it('changes nothing the second time', async () => {
      const before = await snapshots(lab);
      const { code, stdout } = await cli(lab, 'apply', playbook);
      expect(code).to.equal(0);
      expect(stdout).to.equal(`No changes. All 13 resources on 3 hosts match ${playbook}.\n`);
      expect(await snapshots(lab)).to.deep.equal(before);
    });
  });
}

const logins: Login[] = ['admin', 'in-dash', 'in-fish', 'in-csh', 'in-tcsh', 'in-busybox'];

describe('a playbook on a host with OpenSSH', function () {
  this.timeout(60_000);
  let lab: NamespaceLab;
  before(async function () {
    lab = await labOrSkip(this, { hosts: 1, execLog: true });
  });

  /** The lab's inventory with another login. */
  async function inventoryFor(login: Login): Promise<string> {
    const text = await readFile(lab.inventoryFile, 'utf8');
    const file = join(lab.dir, `inventory-${login}.yml`);
    await writeFile(file, text.replace('ansible_user: root', `ansible_user: ${login}`));
    return file;
  }

  for (const login of logins) {
    it(`is applied, converges and sends nothing but its one command, for ${login}`, async () => {
      const kvm1 = hostOf(lab, 'kvm1');
      const file = join(lab.dir, `${login}.yml`);
      const tasks = `- hosts: all
  become: true
  tasks:
    - copy: { dest: /root/${login}, content: "ä 'quoted' \\"$HOME\\" \`x\`\\n", mode: "0600" }
    - command: { argv: [sh, -c, 'id -un >"$1"', sh, /root/${login}-who], creates: /root/${login}-who }
`;
      await writeFile(file, tasks);
      const earlier = kvm1.execs().length;
      const inventory = await inventoryFor(login);
      const first = await cli(lab, 'apply', file, '-i', inventory);
      expect(first.code, first.stdout + first.stderr).to.equal(0);
      expect((await cli(lab, 'apply', file, '-i', inventory)).stdout).to.match(/^No changes\./);
      expect((await kvm1.run(['cat', `/root/${login}`, `/root/${login}-who`])).stdout).to.equal(
        `ä 'quoted' "$HOME" \`x\`\nroot\n`,
      );
      expect([...new Set(kvm1.execs().slice(earlier))]).to.deep.equal(["exec sudo -n -H -u 'root' /bin/sh"]);
    });
  }

  const failures: [string, { login: Login; code: number; says: RegExp }][] = [
    ['sudo asks for a password', { login: 'oper', code: 2, says: /cannot become root: .*password is required/ }],
  ];
  for (const [title, { login, code, says }] of failures) {
    it(`fails with the reason when ${title}`, async () => {
      const file = join(lab.dir, 'failing.yml');
      await writeFile(
        file,
        `- hosts: all\n  become: true\n  tasks:\n    - file: { path: /root/x, state: directory }\n`,
      );
      const result = await cli(lab, 'apply', file, '-i', await inventoryFor(login));
      expect((result.stdout + result.stderr).replace(/\s+/g, ' ')).to.match(says);
      expect(result.code).to.equal(code);
      expect((await hostOf(lab, 'kvm1').run(['test', '-e', '/root/x'])).code).to.equal(1);
    });
  }
});
