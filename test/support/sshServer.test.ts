import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { makeKeyPair } from './keys.js';
import { startSshServer } from './sshServer.js';
import type { SshServer } from './sshServer.js';

interface Result {
  readonly code: number | null;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const [login, host, stranger] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];

function start(port = 0): Promise<SshServer> {
  return startSshServer({
    authorizedKey: login.public,
    hostKey: host.private,
    port,
    spawn: (command) => spawn('/bin/sh', ['-c', command]),
  });
}

async function connectTo(server: SshServer, other: ConnectConfig = {}): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  const ready = once(client, 'ready');
  client.connect({ host: server.address, port: server.port, username: 'root', privateKey: login.private, ...other });
  await ready;
  return client;
}

function open(client: ssh2.Client, command: string): Promise<ssh2.ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

async function execute(client: ssh2.Client, command: string, stdin: string | Buffer = ''): Promise<Result> {
  const channel = await open(client, command);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let end: Pick<Result, 'code' | 'signal'> = { code: null, signal: undefined };
  channel.on('data', (data: Buffer) => stdout.push(data));
  channel.stderr.on('data', (data: Buffer) => stderr.push(data));
  channel.on('exit', (code: number | null, signal?: string) => (end = { code, signal }));
  const closed = once(channel, 'close');
  channel.end(stdin);
  await closed;
  return { ...end, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

describe('the SSH server for tests', () => {
  let server: SshServer;
  beforeEach(async () => (server = await start()));
  afterEach(() => server.close());

  const big = randomBytes(3_000_000).toString('hex');
  const sha = createHash('sha256').update(big).digest('hex');
  const rows: [string, { command: string; stdin?: string; result: Partial<Result> }][] = [
    [
      'gives stdout, stderr and exit code',
      { command: 'echo a; echo b >&2; exit 3', result: { code: 3, stdout: 'a\n', stderr: 'b\n' } },
    ],
    ['gives the signal that ended a command', { command: 'kill -KILL $$', result: { code: null, signal: 'SIGKILL' } }],
    ['passes stdin and its end', { command: 'cat; echo end', stdin: 'in\n', result: { code: 0, stdout: 'in\nend\n' } }],
    ['takes more stdin than any window', { command: 'sha256sum', stdin: big, result: { stdout: `${sha}  -\n` } }],
    ['gives more output than any window', { command: 'cat', stdin: big, result: { stdout: big } }],
    [
      'survives stdin that nobody reads',
      { command: 'exec <&-; echo done', stdin: big, result: { code: 0, stdout: 'done\n' } },
    ],
    ['keeps the bytes of a command line', { command: "printf '%s' 'ä b\nc'", result: { stdout: 'ä b\nc' } }],
  ];
  for (const [title, { command, stdin, result }] of rows) {
    it(title, async () => {
      const client = await connectTo(server);
      expect(await execute(client, command, stdin)).to.include(result);
      client.end();
    });
  }

  it('runs several commands of one connection beside each other and records them', async () => {
    const client = await connectTo(server);
    const waiting = await open(client, 'read line; echo "$line"');
    const heard = once(waiting, 'data');
    expect(await execute(client, 'echo second')).to.include({ code: 0, stdout: 'second\n' });
    waiting.write('first\n');
    expect(String((await heard)[0])).to.equal('first\n');
    expect(server.execs()).to.deep.equal(['read line; echo "$line"', 'echo second']);
    expect(server.connections()).to.equal(1);
    client.end();
  });

  it('sends a signal to the command', async () => {
    const client = await connectTo(server);
    const channel = await open(client, 'exec sleep 1000');
    const exit = once(channel, 'exit');
    channel.signal('TERM');
    expect((await exit).slice(0, 2)).to.deep.equal([null, 'SIGTERM']);
    client.end();
  });

  const refused: [string, ConnectConfig][] = [
    ['a key that it does not know', { privateKey: stranger.private }],
    ['another user', { username: 'nobody' }],
    ['a password', { privateKey: undefined, password: 'secret' } as unknown as ConnectConfig],
  ];
  for (const [title, config] of refused) {
    it(`refuses ${title}`, async () => {
      const error = await connectTo(server, config).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property('level', 'client-authentication');
    });
  }

  it('refuses a shell and a subsystem', async () => {
    const client = await connectTo(server);
    const shell = await new Promise((resolve) => client.shell(false, resolve));
    const sftp = await new Promise((resolve) => client.sftp(resolve));
    expect(shell).to.be.instanceOf(Error);
    expect(sftp).to.be.instanceOf(Error);
    client.end();
  });

  it('shows the host key that it gave out', async () => {
    const seen: string[] = [];
    const hostVerifier = (key: Buffer): boolean => seen.push(`ssh-ed25519 ${key.toString('base64')}`) > 0;
    const client = await connectTo(server, { hostVerifier });
    expect(seen).to.deep.equal([server.hostPublicKey]);
    expect(server.hostPublicKey).to.equal(host.public);
    client.end();
  });

  it('drops connections without killing what they run, and goes on serving', async () => {
    const client = await connectTo(server);
    const channel = await open(client, 'echo $$; cat; exec sleep 1000');
    const pid = Number(String((await once(channel, 'data'))[0]));
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
    server.dropAll();
    await closed;
    expect(process.kill(pid, 0)).to.equal(true);
    process.kill(pid);
    const again = await connectTo(server);
    expect(await execute(again, 'echo back')).to.include({ stdout: 'back\n' });
    again.end();
  });

  it('refuses connections when closed, and can take its port again', async () => {
    await server.close();
    const [error] = (await once(connect(server.port, server.address), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    await server.close();
    server = await start(server.port);
    const client = await connectTo(server);
    expect(await execute(client, 'echo up')).to.include({ stdout: 'up\n' });
    client.end();
  });

  it('closes although a client does not take what was sent to it', async () => {
    const sock = connect(server.port, server.address);
    const deaf = await connectTo(server, { sock });
    const channels = await Promise.all(Array.from({ length: 8 }, () => open(deaf, 'cat /dev/zero')));
    sock.pause();
    for (const channel of channels) channel.resume();
    const other = await connectTo(server);
    // Long enough for the buffers of the first connection to fill.
    expect(await execute(other, 'head -c 20000000 /dev/zero | sha256sum >/dev/null; echo done')).to.include({
      code: 0,
    });
    expect(await execute(other, 'cat', big)).to.include({ stdout: big });
    await server.close();
    expect(server.connections()).to.equal(0);
    sock.destroy();
  });
});
