import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

const notes = `- hosts: hypervisors
  tasks:
    - command: { argv: [sh, -c, "touch /run/begun; sleep 1"] }
    - copy: { dest: /etc/note, content: x }
`;
const storage = `- hosts: hypervisors
  image_storages:
    - name: gold
      volumes: [{ name: nfs, kind: external, mount_point: /srv/shared, shared: true }]
`;

describe('losing a host in the middle of a run', function () {
  this.timeout(60_000);
  let lab: Lab;
  const site = (): string => join(lab.dir, 'site.yml');

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 2, shared: true });
  });
  after(async () => {
    await lab.stop();
  });

  /** Runs a command and resets the connections of kvm1 as soon as `seam` holds. */
  async function cut(command: string, playbook: string, seam: () => Promise<boolean>): Promise<CliResult> {
    await writeFile(site(), playbook);
    return stowage([command, site(), '--config', lab.configFile], {
      running: () => {
        void (async () => {
          while (!(await seam())) await new Promise((resolve) => setTimeout(resolve, 1));
          hostOf(lab, 'kvm1').dropConnections();
        })();
      },
    });
  }

  /** True as soon as a shell of the next connection was opened on kvm1. */
  function nextShell(): () => Promise<boolean> {
    const before = hostOf(lab, 'kvm1').execs().length;
    return async () => Promise.resolve(hostOf(lab, 'kvm1').execs().length > before);
  }

  it('while it is read: it is unreachable, the other one is done', async () => {
    const { code, stdout, stderr } = await cut('apply', notes, nextShell());
    expect({ code, stderr: stderr.includes('UNREACHABLE') || stderr.includes('CONNECTION_LOST') }).to.deep.equal({
      code: 4,
      stderr: true,
    });
    expect(stdout).to.match(/kvm1.*\n[\s\S]*kvm2/);
    expect((await hostOf(lab, 'kvm2').run(['cat', '/etc/note'])).stdout).to.equal('x');
    expect((await hostOf(lab, 'kvm1').run(['test', '-e', '/run/begun'])).code).to.equal(1);
  });

  it('during a step: its outcome is unknown, nothing comes after it, the other one is done', async () => {
    await hostOf(lab, 'kvm2').run(['rm', '/etc/note']);
    const begun = async (): Promise<boolean> =>
      (await hostOf(lab, 'kvm1').run(['test', '-e', '/run/begun'])).code === 0;
    const { code, stdout } = await cut('apply', notes, begun);
    expect(code).to.equal(4);
    expect(stdout).to.include('Unknown outcome on kvm1');
    expect((await hostOf(lab, 'kvm1').run(['test', '-e', '/etc/note'])).code).to.equal(1);
    expect((await hostOf(lab, 'kvm2').run(['cat', '/etc/note'])).stdout).to.equal('x');
  });

  it('while a volume that it shares is read: nothing is changed without it', async () => {
    const { code, stdout } = await cut('apply', storage, nextShell());
    expect(code).to.equal(4);
    expect(stdout).to.include('MEMBER_MISSING').and.include('kvm1');
    expect((await hostOf(lab, 'kvm2').run(['ls', '-A', '/srv/shared'])).stdout).to.equal('');
  });

  it('while its status is read: it is shown as not reachable, and its volume as not known', async () => {
    await writeFile(site(), storage);
    expect((await stowage(['apply', site(), '--config', lab.configFile])).code).to.equal(0);
    const { stdout } = await cut('status', storage, nextShell());
    expect(stdout).to.match(/kvm1.*(?:unreachable|not reachable)/i);
    expect(stdout).to.match(/kvm2 .*\bok\b/);
  });
});
