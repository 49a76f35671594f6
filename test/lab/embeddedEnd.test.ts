import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from './embedded.js';
import { hostOf } from './lab.js';
import { asUser, connection, gone, open, pidNamespaces, processesIn } from './observe.js';

describe(`the end of an embedded lab${asUser ? ', as an ordinary user' : ''}`, () => {
  it('leaves no process, mount or file, and may come twice', async () => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    const lab = await startEmbeddedLab({ hosts: 3 });
    const namespaces = await pidNamespaces(lab);
    expect(processesIn(namespaces)).to.have.length.of.at.least(3);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).to.equal(mounts);
    const hanging = await open(
      await connection(hostOf(lab, 'kvm1'), lab),
      'nohup sleep 1000 & trap "" TERM HUP; sleep 1000',
    );
    hanging.on('error', () => undefined);
    await Promise.all([lab.stop(), lab.stop()]);
    expect(processesIn(namespaces)).to.deep.equal([]);
    expect(existsSync(lab.dir)).to.equal(false);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).to.equal(mounts);
    await lab.stop();
  });

  it('uses the folder that it is told and refuses one that exists', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'stowage-test-'));
    try {
      const dir = join(parent, 'lab with spaces');
      const lab = await startEmbeddedLab({ hosts: 1, dir });
      expect(lab.dir).to.equal(dir);
      const second = await startEmbeddedLab({ hosts: 1, dir }).catch((error: unknown) => error);
      expect(second).to.be.instanceOf(Error).with.property('code', 'EEXIST');
      expect(existsSync(lab.inventoryFile)).to.equal(true);
      await lab.stop();
      expect(readdirSync(parent)).to.deep.equal([]);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    it(`comes when the controller dies of ${signal}`, async () => {
      const module = JSON.stringify(new URL('./embedded.js', import.meta.url).href);
      const script = `import { startEmbeddedLab } from ${module};
        const lab = await startEmbeddedLab({ hosts: 2 });
        const ids = await Promise.all(lab.hosts.map((host) => host.run(['readlink', '/proc/self/ns/pid'])));
        console.log(JSON.stringify({ dir: lab.dir, namespaces: ids.map(({ stdout }) => stdout.trim()) }));`;
      const controller = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(controller.stdout, 'data')) as [Buffer];
      const { dir, namespaces } = JSON.parse(line.toString()) as { dir: string; namespaces: string[] };
      expect(processesIn(namespaces)).to.have.length.of.at.least(2);
      controller.kill(signal);
      await gone(namespaces, dir);
    });
  }

  it('is followed by a clear message where user namespaces are refused', async () => {
    const module = JSON.stringify(new URL('./embedded.js', import.meta.url).href);
    const script = `import { startEmbeddedLab } from ${module}; await startEmbeddedLab({ hosts: 1 });`;
    const refused = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"';
    const argv = ['--user', '--map-root-user', 'sh', '-c', refused, 'sh'];
    const result = spawnSync('unshare', [...argv, process.execPath, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(result.status).to.equal(1);
    expect(result.stderr).to.contain('they need user namespaces').and.contain('sysctl -w user.max_user_namespaces=');
  });
});
