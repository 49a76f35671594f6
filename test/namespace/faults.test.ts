import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { output } from '../lab/observe.js';
import { hostOf } from '../lab/lab.js';
import type { FaultyHost } from '../lab/lab.js';
import type { NamespaceLab } from '../lab/namespace.js';
import { labOrSkip, ssh, sshArgv } from './support.js';

/** A session that answers each line with itself. */
class Echo {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  stderr = '';
  #seen = '';

  constructor(lab: NamespaceLab, host: FaultyHost) {
    const [program = '', ...words] = sshArgv(lab, host, 'exec cat', []);
    this.#child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#seen += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#child.stdin?.on('error', () => undefined);
    this.ended = once(this.#child, 'close').then(() => undefined);
  }

  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Whether a line came back within so many milliseconds. */
  async hears(line: string, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    while (!this.#seen.includes(`${line}\n`)) {
      if (performance.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return true;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** Longer than an answer takes, as short as a test may wait for one that does not come. */
const silence = 300;
const patience = 10_000;
/** Milliseconds that a delay holds data back, each way. */
const held = 60;

describe('a fault of a namespace host', function () {
  this.timeout(60_000);
  let lab: NamespaceLab;
  let host: FaultyHost;
  let echo: Echo;
  before(async function () {
    lab = await labOrSkip(this, { hosts: 2 });
    [host] = lab.hosts as [FaultyHost];
  });
  beforeEach(async () => {
    echo = new Echo(lab, host);
    echo.send('before');
    expect(await echo.hears('before', patience), echo.stderr).to.equal(true);
  });
  afterEach(async () => {
    await host.heal();
    await echo.end();
    expect(await ssh(lab, host, 'echo well')).to.deep.equal({ code: 0, stdout: 'well\n', stderr: '' });
  });

  const silent: [string, () => Promise<void> | void][] = [
    ['a cut', () => host.cut()],
    ['a blackhole', () => host.blackhole()],
    ['a freeze', () => host.freeze()],
  ];
  for (const [name, begin] of silent) {
    it(`${name} silences a session, which goes on when it is healed`, async () => {
      await begin();
      echo.send('during');
      expect(await echo.hears('during', silence)).to.equal(false);
      expect(await output(host, 'echo up')).to.equal('up');
      expect((await ssh(lab, hostOf(lab, 'kvm2'), 'echo up')).stdout).to.equal('up\n');
      await host.heal();
      expect(await echo.hears('during', patience)).to.equal(true);
    });
  }

  const unanswered: [string, () => Promise<void>, RegExp][] = [
    // Which of the two depends on what the neighbour knew before.
    ['a cut', () => host.cut(), /No route to host|Connection timed out/],
    ['a blackhole', () => host.blackhole(), /Connection timed out/],
  ];
  for (const [name, begin, says] of unanswered) {
    it(`${name} lets no new connection through`, async () => {
      await begin();
      expect((await ssh(lab, host, 'true', '-o', 'ConnectTimeout=2')).stderr).to.match(says);
    });
  }

  it('a blackhole with a time ends by itself', async () => {
    await host.blackhole(silence);
    echo.send('after');
    expect(await echo.hears('after', patience)).to.equal(true);
  });

  it('a reset ends the session when it sends, and refuses new ones', async () => {
    await host.reset();
    echo.send('during');
    await echo.ended;
    expect(echo.stderr).to.match(/Connection reset|Broken pipe/);
    expect((await ssh(lab, host, 'true')).stderr).to.match(/Connection refused|reset by peer/);
  });

  it('a reset ends the session when the host sends', async () => {
    const [program = '', ...words] = sshArgv(lab, host, 'echo started; while :; do sleep 0.05; echo tick; done', []);
    const ticking = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(ticking, 'close');
    await once(ticking.stdout, 'data');
    ticking.stdout.resume();
    await host.reset();
    await ended;
    expect(ticking.exitCode).to.equal(255);
  });

  it('a delay holds back what new sessions say, in order', async () => {
    await host.delay(held);
    const late = new Echo(lab, host);
    late.send('first');
    expect(await late.hears('first', patience), late.stderr).to.equal(true);
    const start = performance.now();
    for (let number = 0; number < 20; number++) late.send(`line ${String(number)}`);
    expect(await late.hears(Array.from({ length: 20 }, (_, n) => `line ${String(n)}`).join('\n'), patience)).to.equal(
      true,
    );
    expect(performance.now() - start).to.be.at.least(2 * held - 1);
    await host.heal();
    await late.ended;
  });

  it('a dropped connection ends the session, while what it started goes on', async () => {
    const [program = '', ...words] = sshArgv(lab, host, 'sleep 1000 & echo $!; wait', []);
    const working = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(working, 'close');
    const [pid] = (await once(working.stdout, 'data')) as [Buffer];
    host.dropConnections();
    await ended;
    await echo.ended;
    expect(await output(host, `cat /proc/${pid.toString().trim()}/comm; kill ${pid.toString()}`)).to.equal('sleep');
  });

  it('stopped sshd refuses connections and drops those that are', async () => {
    await host.stopSsh();
    await echo.ended;
    expect((await ssh(lab, host, 'true')).stderr).to.match(/Connection refused/);
    await host.startSsh();
    await host.startSsh();
  });

  it('a full disk takes not a byte, and holds what was there', async () => {
    await output(host, 'mkdir -p -m 750 /srv/data && chown admin /srv/data && echo kept >/srv/data/file');
    await host.fullDisk('/srv/data');
    expect(await output(host, 'stat -c "%a %U" /srv/data; cat /srv/data/file')).to.equal('750 admin\nkept');
    const { code, stderr } = await host.run(['sh', '-c', 'echo x >/srv/data/more']);
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: 'sh: 1: echo: echo: I/O error\n' });
    const dd = await host.run(['dd', 'if=/dev/zero', 'of=/srv/data/more', 'bs=1', 'count=1']);
    expect(dd.stderr).to.match(/No space left on device/);
    await host.heal();
    expect(await output(host, 'cat /srv/data/file; rm -r /srv/data')).to.equal('kept');
  });

  it('settings of sshd hold from the next connection on, and wrong ones are told in its words', async () => {
    await host.sshd({ AllowUsers: 'admin', PermitRootLogin: 'no' });
    echo.send('still here');
    expect(await echo.hears('still here', patience)).to.equal(true);
    expect((await ssh(lab, host, 'true')).stderr).to.match(/Permission denied/);
    const error: unknown = await host.sshd({ MaxSessions: 'many' }).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/kvm1: .*MaxSessions/i);
    await host.sshd({});
  });
});
