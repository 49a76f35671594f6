import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { checkout, stowage } from '../support/cli.js';

const cli = join(checkout, 'dist/src/cli/main.js');

describe('what gets in the way of a user', function () {
  this.timeout(60_000);
  let lab: Lab;
  const site = (): string => join(lab.dir, 'site.yml');

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 1 });
    await writeFile(site(), '- hosts: hypervisors\n  tasks: [{ copy: { dest: /srv/note, content: x } }]\n');
  });
  after(async () => {
    await lab.stop();
  });

  for (const [what, out] of [
    ['a folder that is not there', 'none/plan.json'],
    ['a name that a folder has', 'folder.json'],
  ] as const) {
    it(`says that a plan could not be saved to ${what}, and leaves nothing behind`, async () => {
      await mkdir(join(lab.dir, 'folder.json'), { recursive: true });
      const before = await readdir(lab.dir);
      const argv = ['plan', 'site.yml', '--config', 'stowage.yml', '--out', out];
      const { code, stderr } = await stowage(argv, { cwd: lab.dir });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^The plan could not be saved to .*\n$/);
      expect(await readdir(lab.dir)).to.deep.equal(before);
    });
  }

  it('saves no plan under a name that apply would take for a playbook', async () => {
    const { code, stderr } = await stowage(['plan', site(), '--config', lab.configFile, '--out', 'plan']);
    expect(code).to.equal(5);
    expect(stderr).to.include('must end in .json');
  });

  it('does not wait for a FIFO to be written', async () => {
    const fifo = join(lab.dir, 'fifo');
    const [made] = (await once(spawn('mkfifo', [fifo]), 'close')) as [number];
    expect(made).to.equal(0);
    const { code, stderr } = await stowage(['validate', fifo, '--config', lab.configFile]);
    expect(code).to.equal(5);
    expect(stderr).to.include('fifo is not a regular file');
  });

  it('says that a result could not be written', async () => {
    const command = `"$0" "$1" plan "$2" --config "$3" >/dev/full`;
    const child = spawn('sh', ['-c', command, process.execPath, cli, site(), lab.configFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number];
    expect(stderr).to.match(/^The result could not be written: .*\n$/);
    expect(code).to.equal(1);
  });

  it('says what would help with a host that cannot be reached', async () => {
    await writeFile(join(lab.dir, 'strict.yml'), 'inventory: inventory.yml\nknown_hosts: none\n');
    for (const command of ['plan', 'status']) {
      const { code, stderr } = await stowage([command, site(), '--config', join(lab.dir, 'strict.yml')]);
      expect(code).to.equal(4);
      expect(stderr).to.match(/^kvm1: .*ssh-keyscan/);
    }
  });

  for (const [key, text, exit] of [
    ['Ctrl-C', '\x03', 130],
    ['Ctrl-D', '\x04', 6],
    ['n', 'n\r', 6],
  ] as const) {
    it(`takes ${key} for an answer to its question`, async () => {
      const command = `'${process.execPath}' '${cli}' apply '${site()}' --config '${lab.configFile}'`;
      const env = { ...process.env };
      delete env['CI'];
      const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
      let shown = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        if (!shown.includes('[y/N]') && (shown + chunk).includes('[y/N]')) child.stdin.write(text);
        shown += chunk;
      });
      const [code] = (await once(child, 'close')) as [number];
      expect(shown).to.include('nothing was changed').and.not.to.include('mistake in stowage');
      expect(code).to.equal(exit);
      expect((await hostOf(lab, 'kvm1').run(['test', '-e', '/srv/note'])).code).to.equal(1);
    });
  }

  it('names a step that failed by its title, not by its script', async () => {
    await writeFile(
      site(),
      `- hosts: hypervisors
  image_storages:
    - { name: s, volumes: [{ name: v, kind: external, mount_point: /home/v, shared: false }] }
`,
    );
    const full =
      'mkdir -p /var/lib/stowage; mount -t tmpfs -o size=4k none /var/lib/stowage; echo x >/var/lib/stowage/f';
    await hostOf(lab, 'kvm1').run(['sh', '-c', full]);
    const { code, stdout } = await stowage(['apply', site(), '--config', lab.configFile]);
    if (lab.uids === 'one') return;
    expect(code).to.equal(2);
    expect(stdout).to.include('record the proof in').and.not.to.include('sh -c');
  });
});
