import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkout, stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

/** A module as a user writes it, outside of this project. */
const ownModule = `
import { defineModule, param } from 'stowage/module';
export const modules = [defineModule({
  name: 'greeting',
  summary: 'Keeps a greeting',
  params: param.object({ path: param.path('Where'), who: param.string('Who') }),
  read: async ({ path }, probe) => {
    const text = await probe.readFile(path);
    return { state: text === null ? null : { text }, seen: null };
  },
  desired: ({ who }) => ({ text: 'hello ' + who }),
  steps: (change, { path }) => change.kind === 'delete' ? [] : [{ kind: 'write', path, content: change.desired.text }],
})];
`;

describe('commands that contact no host', function () {
  this.timeout(20_000);
  let folder: string;
  const run = (...argv: string[]): Promise<CliResult> => stowage(argv, { cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-commands-'));
    await writeFile(
      join(folder, 'hosts.yml'),
      'kvm:\n  hosts: { "kvm[1:2]": { ansible_user: root }, here: { ansible_connection: local } }\n',
    );
    await writeFile(join(folder, 'site.yml'), '- hosts: kvm\n  tasks:\n    - command: { argv: [id] }\n');
    await writeFile(join(folder, 'stowage.yml'), 'inventory: hosts.yml\nplaybook: site.yml\n');
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('need no argument when stowage.yml names inventory and playbook', async () => {
    expect(await run('validate')).to.deep.equal({
      code: 0,
      stdout: 'site.yml is valid (checked 3 tasks on 3 hosts, no host was contacted)\n',
      stderr: '',
    });
    expect(JSON.parse((await run('validate', '--json')).stdout)).to.include({ valid: true, tasks: 3, hosts: 3 });
  });

  it('list the hosts as they would be connected to', async () => {
    const { code, stdout } = await run('inventory', '-l', 'kvm1,here');
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^kvm1 +root@kvm1:22 /m)
      .and.match(/^here +local /m)
      .and.not.include('kvm2');
    const hosts = JSON.parse((await run('inventory', '--json')).stdout) as { name: string }[];
    expect(hosts.map(({ name }) => name)).to.deep.equal(['kvm1', 'kvm2', 'here']);
  });

  it('say what modules there are and what they take', async () => {
    const list = await run('module', 'list');
    for (const name of ['command', 'copy', 'external_volume', 'file', 'image_storage']) {
      expect(list.stdout).to.include(name);
    }
    const show = await run('module', 'show', 'copy');
    expect(show.stdout).to.match(/dest +text, required/);
    const typo = await run('module', 'show', 'coppy');
    expect(typo.code).to.equal(5);
    expect(typo.stderr).to.include('did you mean "copy"?');
  });

  it('tell the version, and explain mistakes in the command line with exit code 5', async () => {
    expect((await run('--version')).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    for (const argv of [
      ['aply'],
      ['plan', '--frks', '3'],
      ['plan', '-f', 'many'],
      ['plan', 'a', 'b'],
      ['plan', '--color', 'x'],
    ]) {
      const { code, stderr } = await run(...argv);
      expect(code, argv.join(' ')).to.equal(5);
      expect(stderr, argv.join(' ')).to.match(/error: /);
    }
  });

  it('know the modules of a user that stowage.yml names', async () => {
    await mkdir(join(folder, 'own'), { recursive: true });
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    await symlink(checkout, join(folder, 'node_modules', 'stowage'));
    await writeFile(join(folder, 'own', 'index.js'), ownModule);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    await writeFile(join(folder, 'own.yml'), 'inventory: hosts.yml\nmodules: [own]\n');
    const greet = join(folder, 'greeting');
    await writeFile(
      join(folder, 'greet.yml'),
      `- hosts: here\n  tasks:\n    - greeting: { path: ${greet}, who: world }\n`,
    );
    expect((await run('apply', 'greet.yml', '--config', 'own.yml')).code).to.equal(0);
    expect((await run('drift', 'greet.yml', '--config', 'own.yml')).code).to.equal(0);
    const typo = await run('validate', 'greet.yml', '--config', 'own.yml', '-e', 'x=1', '--tags', 'nope');
    expect(typo.code).to.equal(5);
    await writeFile(join(folder, 'own', 'index.js'), 'export const other = 1;\n');
    const broken = await run('validate', 'greet.yml', '--config', 'own.yml');
    expect(broken.code).to.equal(5);
    expect(broken.stderr).to.include('does not export a list named "modules"');
  });
});
