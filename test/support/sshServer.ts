import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel, Session } from 'ssh2';

export interface SshServerOptions {
  /** The one key that may log in, as a line of `authorized_keys`. */
  readonly authorizedKey: string;
  /** The server's own key: the text of a private key file. */
  readonly hostKey: string;
  /** The one user that may log in; absent = root. */
  readonly user?: string;
  /** TCP port on 127.0.0.1; absent = a free one. */
  readonly port?: number;
  /** Starts what a client asked to be executed, with pipes for stdin, stdout and stderr. */
  spawn(command: string): ChildProcess;
}

export interface SshServer {
  readonly address: string;
  readonly port: number;
  /** As it stands in `known_hosts` after the host's name: `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
  /** Every command that was asked for since the start, in order. */
  execs(): readonly string[];
  /** How many connections are open now, logged in or not. */
  connections(): number;
  /** Cuts every open connection without a word of SSH. As with a real sshd, commands under way are not killed: they lose their pipes. */
  dropAll(): void;
  /** Stops listening, drops all connections and resolves when the port is free. Does nothing the second time. */
  close(): Promise<void>;
}

const address = '127.0.0.1';

/**
 * Starts an SSH server on 127.0.0.1 that knows one key, one user and `exec`: no password, no shell, no pty, no
 * subsystem, no forwarding.
 * @throws Error when a key cannot be read or the port is taken
 */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const authorized = readKey(options.authorizedKey);
  const user = options.user ?? 'root';
  const execs: string[] = [];
  const sockets = new Set<Socket>();

  const ssh = new ssh2.Server({ hostKeys: [options.hostKey] }, (client) => {
    // Resets and protocol errors of a client are that client's trouble; without a listener they would end the process.
    client.on('error', () => undefined);
    client.on('authentication', (context) => authenticate(context, user, authorized));
    client.on('session', (accept) =>
      serveSession(client, accept(), (command) => {
        execs.push(command);
        return options.spawn(command);
      }),
    );
  });
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  const port = await listen(listener, options.port ?? 0);
  const dropAll = (): void => {
    // Not resetAndDestroy: it waits for a peer that does not read, and never ends on a socket that is being shut down.
    for (const socket of sockets) socket.destroy();
  };

  return {
    address,
    port,
    hostPublicKey: publicLine(readKey(options.hostKey)),
    execs: () => [...execs],
    connections: () => sockets.size,
    dropAll,
    async close() {
      if (!listener.listening) return;
      const closed = [listener, ...sockets].map(
        (each) => new Promise<void>((resolve) => each.once('close', () => resolve())),
      );
      listener.close();
      dropAll();
      await Promise.all(closed);
    },
  };
}

function readKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

function publicLine(key: ParsedKey): string {
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}

async function listen(listener: NetServer, port: number): Promise<number> {
  listener.listen(port, address);
  await once(listener, 'listening');
  // A server that listens on TCP has an AddressInfo: the other forms are for pipes and for servers that do not listen.
  return (listener.address() as AddressInfo).port;
}

function authenticate(context: AuthContext, user: string, authorized: ParsedKey): void {
  if (context.method !== 'publickey') return context.reject(['publickey']);
  const known = context.username === user && context.key.data.equals(authorized.getPublicSSH());
  if (!known) return context.reject(['publickey']);
  // Without a signature the client only asks whether this key would do.
  if (context.signature === undefined || context.blob === undefined) return context.accept();
  if (authorized.verify(context.blob, context.signature, context.hashAlgo)) context.accept();
  else context.reject(['publickey']);
}

function serveSession(client: Connection, session: Session, spawn: (command: string) => ChildProcess): void {
  let child: ChildProcess | undefined;
  session.on('exec', (accept, _reject, info) => {
    const channel = accept();
    child = spawn(info.command);
    join(child, channel);
    const running = child;
    client.once('close', () => abandon(running));
  });
  session.on('signal', (accept, reject, info) => {
    const name = Object.keys(constants.signals).find((known) => known === `SIG${info.name}`);
    if (child === undefined || name === undefined) return reply(reject);
    child.kill(constants.signals[name as NodeJS.Signals]); // a key of the same table
    reply(accept);
  });
}

/** ssh2 gives no function when the client wants no reply; its types do not say so. */
function reply(answer: (() => unknown) | undefined): void {
  answer?.();
}

function join(child: ChildProcess, channel: ServerChannel): void {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('spawn must give pipes for all three');

  channel.pipe(stdin);
  // A command may end before it has read everything: what is left is thrown away, so that the window stays open.
  stdin.on('error', () => channel.resume());
  const written = forwardInTurn([
    [stdout, channel],
    [stderr, channel.stderr],
  ]);

  child.once('error', (error) => {
    channel.stderr.write(`${error.message}\n`);
    channel.exit(127);
    channel.end();
  });
  child.once('exit', (code, signal) => {
    if (code !== null) channel.exit(code);
    else channel.exit((signal ?? 'SIGKILL').replace(/^SIG/, ''));
  });
  // After `close` no process holds the pipes any more: a daemon that kept them keeps the channel open, as with sshd.
  child.once('close', () => void written().then(() => channel.end()));
  channel.once('close', () => abandon(child));
}

/**
 * Writes what comes from each source to its sink, one piece at a time over all of them. ssh2 wakes only one of a
 * channel's two streams when the window opens again: with two pieces waiting, one would wait for ever.
 * @returns waits until everything that came so far is written
 */
function forwardInTurn(pairs: readonly (readonly [Readable, Writable])[]): () => Promise<void> {
  let turn = Promise.resolve();
  for (const [source, sink] of pairs) {
    source.on('data', (chunk: Buffer) => {
      source.pause();
      turn = turn.then(() => new Promise<void>((resolve) => sink.write(chunk, () => resolve())));
      void turn.then(() => source.resume());
    });
  }
  return () => turn;
}

/** The client is gone: the command reads an end of file and writes into a broken pipe. */
function abandon(child: ChildProcess): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}
