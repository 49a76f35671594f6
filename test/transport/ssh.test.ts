import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTarget } from '../../src/model/graph.js';
import { createConnect } from '../../src/transport/connect.js';
import type { Connection } from '../../src/transport/connection.js';
import { makeKeyPair } from '../support/keys.js';
import { closeLab, rejection, serverSpawns, sshLab } from './places.js';
import type { Lab } from './places.js';

let lab: Lab;
let folder = '';
const never = new AbortController().signal;

const connectTo = (target: HostTarget, signal = never): Promise<Connection> =>
  createConnect({ h: target })('h', signal);
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
  {
    title: 'an unknown key',
    lines: (_name, key) => `127.0.0.1 ${key}\nother ${key}\n`,
    message: /is not known: it shows ssh-ed25519 SHA256:.*, known is none/,
  },
  { title: 'a key whose name is excluded', lines: (name, key) => `*,!${name} ${key}\n`, message: /is not known/ },
  {
    title: 'a key that only an authority vouches for',
    lines: (name, key) => `@cert-authority ${name} ${key}\n`,
    message: /is not known/,
  },
  {
    title: 'a changed key',
    lines: (name, _key, other) => `${name} ${other}\n`,
    message: /changed: it shows ssh-ed25519 SHA256:\S+, known is ssh-ed25519 SHA256:/,
  },
  {
    title: 'a changed key although new ones are accepted',
    mode: 'accept-new',
    lines: (name, _key, other) => `${name} ${other}\n`,
    message: /changed/,
  },
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
    expect(readFileSync(path, 'utf8')).to.equal(
      `other ssh-ed25519 AAAA\n[127.0.0.1]:${lab.server.port} ${lab.server.hostPublicKey}\n`,
    );
  });

  const authRows = [
    {
      title: 'a key that the host does not know',
      keys: () => [file(makeKeyPair().private)],
      message: /^root@127\.0\.0\.1:\d+ refused the login by publickey; tried: key \S+$/,
    },
    { title: 'no key at all', keys: () => [], message: /there is no key to log in as root@.*no key file and no agent/ },
    { title: 'a file that is no key', keys: () => [file('hello')], message: /not used: it is not a private key/ },
    {
      title: 'a key file that is missing',
      keys: () => ['/no/such/key'],
      message: /key \/no\/such\/key \(not used: it does not exist\)/,
    },
  ];
  for (const { title, keys, message } of authRows) {
    it(`says what was tried with ${title}`, async () => {
      const error = await rejection(connectTo(lab.target({ keyFiles: keys() })));
      expect(error.code).to.equal('AUTH_FAILED');
      expect(error.message)
        .to.match(message)
        .and.not.match(/PRIVATE/);
    });
  }

  it('tries the next key when one is refused', async () => {
    const target = lab.target();
    if (target.kind !== 'ssh') throw new Error('not SSH');
    await (
      await connectTo({ ...target, keyFiles: ['/no/such', file(makeKeyPair().private), ...target.keyFiles] })
    ).close();
  });

  it('says in plain words that nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const error = await rejection(connectTo(lab.target({ port })));
    expect([error.code, error.message]).to.deep.equal([
      'UNREACHABLE',
      `127.0.0.1:${port} cannot be reached: connection refused, nothing listens there`,
    ]);
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
