import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

describe('a local connection', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-local-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function apply(tasks: string): Promise<CliResult> {
    await writeFile(join(folder, 'hosts.yml'), 'all: { hosts: { here: { ansible_connection: local } } }\n');
    await writeFile(join(folder, 'site.yml'), `- hosts: all\n  tasks:\n${tasks}`);
    return stowage(['apply', 'site.yml', '-i', 'hosts.yml', '--json'], { cwd: folder });
  }

  function printed({ stdout }: CliResult): readonly string[] {
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; stdout?: string });
    return events.flatMap((event) => (event.type === 'step.done' ? [event.stdout ?? ''] : []));
  }

  it('works as the user who runs stowage, without SSH, and changes nothing twice', async () => {
    const tasks = `    - copy: { dest: ${folder}/note, content: "by {{ inventory_hostname }}" }\n`;
    expect((await apply(tasks)).code).to.equal(0);
    expect(await readFile(join(folder, 'note'), 'utf8')).to.equal('by here');
    const again = await stowage(['apply', 'site.yml', '-i', 'hosts.yml'], { cwd: folder });
    expect(again).to.include({ code: 0, stdout: 'No changes. The only resource on 1 host matches site.yml.\n' });
    const who = await apply('    - command: { argv: [id, -un] }\n');
    expect(printed(who)).to.deep.equal([`${userInfo().username}\n`]);
  });

  it('becomes another user by sudo without a password', async function () {
    const sudo = spawnSync('sudo', ['-n', '-u', 'nobody', 'true']).status;
    if (sudo !== 0) {
      console.log('    not run: sudo is not installed here, or wants a password to become nobody');
      this.skip();
    }
    const result = await apply('    - { command: { argv: [id, -un] }, become: true, become_user: nobody }\n');
    expect(result.code, result.stdout).to.equal(0);
    expect(printed(result)).to.deep.equal(['nobody\n']);
  });

  it('says so when it may not become the user', async () => {
    const result = await apply('    - { command: { argv: [id, -un] }, become: true, become_user: no-such-user }\n');
    expect(result.code).to.equal(2);
    expect(result.stdout).to.include('BECOME_FAILED').and.include('no-such-user');
  });
});
