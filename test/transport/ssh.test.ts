import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTarget } from '../../src/model/graph.js';
import { createConnect } from '../../src/transport/connect.js';
import type { Connection } from '../../src/transport/connection.js';
import { makeKeyPair } from '../support/keys.js';
import { closeLab, me, noDifference, programOf, readOne, rejection, script, serverSpawns, shellConnection, sshLab, using } from './places.js';
import type { Lab } from './places.js';

let lab: Lab;
let folder = '';
const never = new AbortController().signal;

const connectTo = (target: HostTarget, signal = never): Promise<Connection> => createConnect({ h: target })('h', signal);
const file = (text: string): string => {
  const path = join(folder, `file-${Math.random()}`);
  writeFileSync(path, text);
  return path;
};

interface KeyRow {
  readonly title: string;
  readonly mode?: 'strict' | 'accept-new' | 'off';
  lines(name: string, key: string, other: string): string;
  /** Absent when the key is accepted. */
  readonly message?: RegExp;
}

const hashed = (name: string): string => {
  const salt = Buffer.from('12345678901234567890');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const prints = /SHA256:[A-Za-z0-9+/]{43}/;
const keyRows: readonly KeyRow[] = [
  { title: 'a key that is known', lines: (name, key) => `# comment\n\nother ${key}\n${name} ${key} comment\n` },
  { title: 'a key that is known by a hashed name', lines: (name, key) => `${hashed(name)} ${key}\n` },
  { title: 'a key that is known by a pattern', lines: (_name, key) => `x,[127.0.0.?]:* ${key}\n` },
  { title: 'one of several known keys', lines: (name, key, other) => `${name} ${other}\n${name} ${key}\n` },
  { title: 'any key when checking is off', mode: 'off', lines: (name, _key, other) => `${name} ${other}\n` },
  { title: 'a new key when new ones are accepted', mode: 'accept-new', lines: () => '' },
  { title: 'an unknown key', lines: (_name, key) => `127.0.0.1 ${key}\nother ${key}\n`, message: /is not known: it shows ssh-ed25519 SHA256:.*, known is none/ },
  { title: 'a key whose name is excluded', lines: (name, key) => `*,!${name} ${key}\n`, message: /is not known/ },
  { title: 'a key that only an authority vouches for', lines: (name, key) => `@cert-authority ${name} ${key}\n`, message: /is not known/ },
  { title: 'a changed key', lines: (name, _key, other) => `${name} ${other}\n`, message: /changed: it shows ssh-ed25519 SHA256:\S+, known is ssh-ed25519 SHA256:/ },
  { title: 'a changed key although new ones are accepted', mode: 'accept-new', lines: (name, _key, other) => `${name} ${other}\n`, message: /changed/ },
  { title: 'a revoked key', lines: (name, key) => `${name} ${key}\n@revoked * ${key}\n`, message: /revoked/ },
];

describe('connecting over SSH', () => {
  before(async () => {
    lab = await sshLab();
    folder = mkdtempSync(join(tmpdir(), 'stowage-connect-'));
  });
  afterEach(() => serverSpawns());
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeLab();
  });

  for (const { title, mode = 'strict', lines, message } of keyRows) {
    it(`${message === undefined ? 'accepts' : 'refuses'} ${title}`, async () => {
      const { server } = lab;
      const knownHosts = [file(lines(`[127.0.0.1]:${server.port}`, server.hostPublicKey, makeKeyPair().public))];
      const before = readFileSync(knownHosts[0] ?? '', 'utf8');
      const attempt = connectTo(lab.target({ knownHosts, hostKeyChecking: mode }));
      if (message === undefined) {
        await (await attempt).close();
      } else {
        const { code, message: words, help } = await rejection(attempt);
        expect(code).to.equal('HOST_KEY');
        expect(words).to.match(message).and.match(prints);
        expect(help).to.be.a('string');
        expect(readFileSync(knownHosts[0] ?? '', 'utf8')).to.equal(before);
      }
    });
  }

  it('records a new key once, in a file that only its owner can read', async () => {
    const path = join(folder, 'new folder', 'known_hosts');
    const target = lab.target({ knownHosts: [path], hostKeyChecking: 'accept-new' });
    for (let turn = 0; turn < 2; turn++) await (await connectTo(target)).close();
    expect(readFileSync(path, 'utf8')).to.equal(`[127.0.0.1]:${lab.server.port} ${lab.server.hostPublicKey}\n`);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    await (await connectTo(lab.target({ knownHosts: [path] }))).close();
  });

  it('appends behind a last line without a line break', async () => {
    const path = file('other ssh-ed25519 AAAA');
    chmodSync(path, 0o644);
    await (await connectTo(lab.target({ knownHosts: [path], hostKeyChecking: 'accept-new' }))).close();
    expect(readFileSync(path, 'utf8')).to.equal(`other ssh-ed25519 AAAA\n[127.0.0.1]:${lab.server.port} ${lab.server.hostPublicKey}\n`);
  });

  const authRows = [
    { title: 'a key that the host does not know', keys: () => [file(makeKeyPair().private)], message: /^root@127\.0\.0\.1:\d+ refused the login by publickey; tried: key \S+$/ },
    { title: 'no key at all', keys: () => [], message: /there is no key to log in as root@.*no key file and no agent/ },
    { title: 'a file that is no key', keys: () => [file('hello')], message: /not used: it is not a private key/ },
    { title: 'a key file that is missing', keys: () => ['/no/such/key'], message: /key \/no\/such\/key \(not used: it does not exist\)/ },
  ];
  for (const { title, keys, message } of authRows) {
    it(`says what was tried with ${title}`, async () => {
      const error = await rejection(connectTo(lab.target({ keyFiles: keys() })));
      expect(error.code).to.equal('AUTH_FAILED');
      expect(error.message).to.match(message).and.not.match(/PRIVATE/);
    });
  }

  it('tries the next key when one is refused', async () => {
    const target = lab.target();
    if (target.kind !== 'ssh') throw new Error('not SSH');
    await (await connectTo({ ...target, keyFiles: ['/no/such', file(makeKeyPair().private), ...target.keyFiles] })).close();
  });

  it('says in plain words that nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const error = await rejection(connectTo(lab.target({ port })));
    expect([error.code, error.message]).to.deep.equal(['UNREACHABLE', `127.0.0.1:${port} cannot be reached: connection refused, nothing listens there`]);
  });

  for (const { title, greet } of [
    { title: 'says nothing', greet: () => undefined },
    { title: 'hangs up', greet: (socket: Socket) => socket.destroy() },
    { title: 'talks something else', greet: (socket: Socket) => socket.end('220 mail\r\n') },
  ]) {
    it(`does not wait for a server that ${title}`, async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => {
        sockets.push(socket.on('error', () => undefined));
        greet(socket);
      }).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      const error = await rejection(connectTo(lab.target({ port, connectTimeout: 0.5 })));
      expect(error.code).to.equal('UNREACHABLE');
      expect(error.message).to.match(new RegExp(`^127\\.0\\.0\\.1:${port} cannot be reached: `));
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
  }

  it('stops connecting when it is told to', async () => {
    const stop = new AbortController();
    const attempt = rejection(connectTo(lab.target(), stop.signal));
    stop.abort();
    expect((await attempt).code).to.equal('UNREACHABLE');
    expect((await rejection(connectTo(lab.target(), stop.signal))).code).to.equal('UNREACHABLE');
  });
});

describe('a connection over SSH', () => {
  before(async () => {
    lab = await sshLab();
    folder = mkdtempSync(join(tmpdir(), 'stowage-connected-'));
  });
  afterEach(() => serverSpawns());
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeLab();
  });

  it('puts no value on a command line of the login shell', () =>
    using(lab.connect(), async (connection) => {
      const from = lab.server.execs().length;
      await connection.read([script('echo "$1"', 'value'), { argv: ['true'], slow: true }]);
      await connection.perform(programOf({ steps: [{ kind: 'run', argv: ['true'] }] }), noDifference);
      expect(lab.server.execs().slice(from)).to.deep.equal(['exec /bin/sh', 'exec /bin/sh']);
      expect(connection.traffic).to.deep.equal({ scripts: 3, reads: 2, steps: 1 });
    }));

  it('survives a reset during a read', () =>
    using(lab.connect(), async (connection) => {
      const flag = join(folder, 'read');
      const lost = rejection(connection.read([script(': >"$1"; sleep 1', flag), { argv: ['sleep', '1'], slow: true }]));
      await appears(flag);
      lab.server.dropAll();
      expect((await lost).code).to.equal('CONNECTION_LOST');
      expect((await rejection(connection.read([script('echo')]))).code).to.equal('CONNECTION_LOST');
    }));

  it('survives a reset during a step and says which one was under way', () =>
    using(lab.connect(), async (connection) => {
      const flag = join(folder, 'step');
      const step = { kind: 'run', argv: ['sh', '-c', ': >"$1"; sleep 1', 'sh', flag] } as const;
      const lost = rejection(connection.perform(programOf({ steps: [{ kind: 'run', argv: ['true'] }, step] }), noDifference));
      await appears(flag);
      lab.server.dropAll();
      const { code, message } = await lost;
      expect(code).to.equal('CONNECTION_LOST');
      expect(message).to.match(/; step 2 of 2 was under way, it may have been performed$/);
    }));

  it('says that nothing was performed when it is lost while it is asked', () =>
    using(lab.connect(), async (connection) => {
      const program = programOf({ expect: [script('echo')], digest: '0', steps: [{ kind: 'run', argv: ['touch', join(folder, 'never')] }] });
      const onDifference = (): 'stop' => {
        lab.server.dropAll();
        return 'stop';
      };
      expect((await rejection(connection.perform(program, { onDifference }))).message).to.match(/; nothing was performed$/);
      expect(existsSync(join(folder, 'never'))).to.equal(false);
    }));

  it('is not disturbed by a greeting of the login shell', async () => {
    serverSpawns((command) => spawn('/bin/sh', ['-c', `echo "Welcome 🦊"; printf 'no line break'; echo warning >&2; ${command}`]));
    await using(lab.connect(), async (connection) => {
      const [quick, slow] = await connection.read([script('echo out; echo err >&2'), { ...script('echo slow'), slow: true }]);
      expect([quick, slow].map((reply) => [String(reply?.stdout), String(reply?.stderr)])).to.deep.equal([['out\n', 'err\n'], ['slow\n', '']]);
    });
  });

  it('tells what a login shell says that runs no commands', async () => {
    serverSpawns(() => spawn('/bin/sh', ['-c', 'printf "This account is\\033[31m not\\033[0m available.\\n"; exit 1']));
    await using(lab.connect(), async (connection) => {
      const { code, message } = await rejection(connection.read([script('echo')]));
      expect(code).to.equal('CONNECTION_LOST');
      expect(message).to.match(/ended before it answered, nothing was performed: This account is not available\.$/);
    });
  });

  it('does not wait for a shell that never answers', async () => {
    serverSpawns(() => spawn('sleep', ['5']));
    await using(lab.connect({ fastDeadline: 0.3 }), async (connection) => {
      expect((await rejection(connection.read([script('echo')]))).message).to.match(/did not answer for/);
    });
  });
});

const sudo = spawnSync('sudo', ['-V']).status === 0;

describe('becoming another user', () => {
  before(async function () {
    lab = await sshLab();
    if (sudo && me === 'root') return;
    console.log(`      skipped: ${sudo ? 'only root becomes nobody without a password' : 'sudo is not installed'}`);
    this.skip();
  });
  afterEach(() => serverSpawns());
  after(closeLab);

  for (const { title, open } of [
    { title: 'locally', open: async () => shellConnection('/bin/sh') },
    { title: 'over SSH', open: () => lab.connect() },
  ]) {
    it(`gives each user a shell of its own ${title}`, () =>
      using(open(), async (connection) => {
        const who = script('id -un; printf "%s" "$HOME"; cd; pwd');
        const mine = await readOne(connection, who);
        const theirs = await readOne(connection, who, 'nobody');
        const slow = await readOne(connection, { ...script('id -un'), slow: true }, 'nobody');
        expect(String(mine.stdout)).to.match(/^root\n/);
        expect(String(theirs.stdout)).to.match(/^nobody\n\/nonexistent/);
        expect(String(slow.stdout)).to.equal('nobody\n');
        const denied = await readOne(connection, { argv: ['id'], as: 'daemon' }, 'nobody');
        expect([denied.code, String(denied.stderr)]).to.deep.equal([77, 'only root can act as another user (daemon)\n']);
        const program = programOf({ steps: [{ kind: 'run', argv: ['sh', '-c', '(sleep 5; echo late) & id -un'] }], prove: [{ argv: ['id', '-un'], as: 'nobody' }] });
        const result = await connection.perform(program, noDifference, 'nobody');
        expect(result.kind === 'done' && [...result.steps, ...result.proved].map(({ stdout }) => String(stdout))).to.deep.equal(['nobody\n', 'nobody\n']);
      }));

    it(`kills a read of another user that hangs ${title}`, async () => {
      const connection = title === 'locally' ? Promise.resolve(shellConnection('/bin/sh', { fastDeadline: 0.5 })) : lab.connect({ fastDeadline: 0.5 });
      await using(connection, async (open) => {
        const replies = await open.read([{ argv: ['sleep', '20'] }, script('echo next')], 'nobody');
        expect(replies.map(({ timedOut, stdout }) => [timedOut === true, String(stdout)])).to.deep.equal([[true, ''], [false, 'next\n']]);
      });
    });
  }

  for (const { title, start, message } of [
    { title: 'sudo wants a password', start: (command: string) => spawn('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '/bin/sh', '-c', command]), message: /cannot become daemon: sudo: a password is required$/ },
    { title: 'sudo is missing', start: (command: string) => spawn('/bin/sh', ['-c', command], { env: { PATH: '/no/such' } }), message: /cannot become daemon: .*sudo: not found$/ },
  ]) {
    it(`says so when ${title}`, async () => {
      serverSpawns(start);
      await using(lab.connect(), async (connection) => {
        for (const slow of [false, true]) {
          const { code, message: words, help } = await rejection(connection.read([{ argv: ['id'], slow }], 'daemon'));
          expect([code, help === undefined]).to.deep.equal(['BECOME_FAILED', false]);
          expect(words).to.match(message);
        }
      });
    });
  }
});

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
}
