import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { checkout, stowage } from '../support/cli.js';

describe('stopping a run', function () {
  this.timeout(60_000);
  let lab: Lab;
  const site = (): string => join(lab.dir, 'site.yml');

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 1 });
  });
  after(async () => {
    await lab.stop();
  });

  /** Sends signals as soon as the host has begun the first command. */
  async function interrupt(signals: readonly NodeJS.Signals[]): Promise<{ code: unknown; stderr: string }> {
    const host = hostOf(lab, 'kvm1');
    await host.run(['rm', '-f', '/srv/begun', '/srv/ended', '/srv/next']);
    await writeFile(
      site(),
      '- hosts: hypervisors\n  tasks:\n    - command: { argv: [sh, -c, "touch /srv/begun; sleep 3; touch /srv/ended"] }\n' +
        '    - copy: { dest: /srv/next, content: x }\n',
    );
    return stowage(['apply', site(), '--config', lab.configFile], {
      running: (child) => {
        void (async () => {
          while ((await host.run(['test', '-e', '/srv/begun'])).code !== 0) continue;
          for (const signal of signals) {
            child.kill(signal);
            await new Promise((resolve) => setTimeout(resolve, 300));
          }
        })();
      },
    });
  }

  it('finishes what is running at the first Ctrl-C, starts nothing more, and exits with 130', async () => {
    const { code, stderr } = await interrupt(['SIGINT']);
    expect(code).to.equal(130);
    expect(stderr).to.include('finishing what is running');
    const host = hostOf(lab, 'kvm1');
    expect((await host.run(['test', '-e', '/srv/ended'])).code).to.equal(0);
    expect((await host.run(['test', '-e', '/srv/next'])).code).to.equal(1);
  });

  it('ends at once at the second Ctrl-C and says what may be unknown', async () => {
    const { code, stderr } = await interrupt(['SIGINT', 'SIGINT']);
    expect(code).to.equal(130);
    expect(stderr).to.include('its outcome is unknown');
  });

  it('survives a reader that goes away', async () => {
    const cli = join(checkout, 'dist/src/cli/main.js');
    const child = spawn(
      'sh',
      ['-c', `"$0" "$1" plan "$2" --config "$3" -v | head -n 1`, process.execPath, cli, site(), lab.configFile],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdout.resume();
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, stderr: Buffer.concat(errors).toString() }).to.deep.equal({ code: 0, stderr: '' });
  });
});
