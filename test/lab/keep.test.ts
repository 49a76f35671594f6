import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

function keep(tmp: string, ...argv: string[]): ChildProcess {
  const module = JSON.stringify(new URL('./keep.js', import.meta.url).href);
  const script = `import { keepLab } from ${module}; process.exitCode = await keepLab(process.argv[1]);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, ...argv], {
    env: { ...process.env, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Everything that comes on stdout up to and with a text, or up to the end. */
async function until(child: ChildProcess, text: string): Promise<string> {
  let seen = '';
  if (child.stdout === null) throw new Error('the lab has no stdout');
  for await (const data of child.stdout.iterator({ destroyOnReturn: false })) {
    seen += String(data);
    if (seen.includes(text)) break;
  }
  child.stdout.resume();
  return seen;
}

describe('the lab that stays', () => {
  let dir: string;
  const started: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of started.splice(0))
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
  });
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'stowage-keep-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`tells its paths and commands that work, and goes on ${signal}`, async () => {
      const child = keep(dir, '2');
      started.push(child);
      const ended = once(child, 'exit');
      const guide = await until(child, 'Ctrl-C');
      expect(guide).to.contain('kvm1 kvm2\n').and.not.contain('kvm3');
      for (const [, path = ''] of guide.matchAll(
        /^ {2}(?:inventory|configuration|known hosts|private key) +(\S+)$/gm,
      )) {
        expect(existsSync(path), path).to.equal(true);
      }
      const ssh = /^ {2}(ssh .*)$/m.exec(guide)?.[1] ?? 'false';
      const said = await promisify(execFile)('sh', [
        '-c',
        ssh.replace(/^ssh /, 'ssh -F /dev/null -o BatchMode=yes '),
      ]).catch((error: unknown) => error);
      if (!String(said).includes('ssh: not found'))
        expect(said)
          .to.have.property('stdout')
          .that.matches(/^kvm1\n/);
      child.kill(signal);
      expect(await ended).to.deep.equal([0, null]);
      expect(readdirSync(dir)).to.deep.equal([]);
    });
  }

  for (const wrong of ['0', '-1', '1.5', 'many', '51']) {
    it(`refuses ${wrong} hosts`, async () => {
      const child = keep(dir, '--', wrong);
      started.push(child);
      const ended = once(child, 'exit');
      let complaint = '';
      child.stderr?.on('data', (data: Buffer) => (complaint += data.toString()));
      expect(await until(child, '\n')).to.equal('');
      expect(await ended).to.deep.equal([5, null]);
      expect(complaint).to.match(/^usage: npm run lab \[-- HOSTS\]/);
    });
  }
});
