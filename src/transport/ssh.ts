import { readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import type { Algorithms, AnyAuthMethod, Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2';
import type { Config } from 'node-ssh';
import { RunnerError } from '../model/errors.js';
import type { HostTarget } from '../model/graph.js';
import type { Channel, Link } from './channel.js';
import { createHostKeyCheck } from './hostKey.js';
import type { HostKeyCheck } from './hostKey.js';
import { sanitize } from './sanitize.js';

type SshTarget = Extract<HostTarget, { kind: 'ssh' }>;

/** Connects and logs in. @throws RunnerError UNREACHABLE, HOST_KEY, AUTH_FAILED; no command was sent */
export async function sshLink(target: SshTarget, signal: AbortSignal): Promise<Link> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(target.connectTimeout * 1000)]);
  const check = await createHostKeyCheck(target);
  const login = await loginMethods(target);
  const socket = await openSocket(target, deadline);
  const client = await logIn(target, { socket, check, login, deadline });
  return clientLink(client, `${target.address}:${target.port}`);
}

/** Only what is still held to be safe, and only what Terrapin cannot touch. */
function algorithms(check: HostKeyCheck): Algorithms {
  const hostKeys: ServerHostKeyAlgorithm[] = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ];
  const isKnown = (name: string) => check.knownTypes.includes(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return {
    // A host that is known by one type of key has to show that one.
    serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((name) => !isKnown(name))],
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
    ],
    cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
    compress: ['none'],
  };
}

interface Login {
  readonly methods: readonly AnyAuthMethod[];
  /** What is tried, in words: key files and agent, with why a file is not used. */
  readonly words: readonly string[];
}

/** One try for each key file that can be used, then the agent with its keys. */
async function loginMethods(target: SshTarget): Promise<Login> {
  const { utils } = (await import('ssh2')).default;
  const methods: AnyAuthMethod[] = [];
  const words: string[] = [];
  for (const file of target.keyFiles) {
    const text = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
    const key = text instanceof Error ? text : utils.parseKey(text);
    if (text instanceof Error || key instanceof Error) {
      words.push(`key ${file} (not used: ${reasonOf(key as Error)})`);
      continue;
    }
    methods.push({ type: 'publickey', username: target.user, key: text });
    words.push(`key ${file}`);
  }
  if (target.agent !== undefined) {
    methods.push({ type: 'agent', username: target.user, agent: target.agent });
    words.push('the agent');
  }
  return { methods, words };
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'it does not exist';
  if (error.code === 'EACCES') return 'it cannot be read';
  if (/no passphrase/i.test(error.message)) return 'it has a passphrase, load it into an agent';
  return 'it is not a private key';
}

async function openSocket(target: SshTarget, deadline: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: target.address, port: target.port, noDelay: true });
  // ssh2 adds its own listener later; until then and after the end nobody else hears an error.
  socket.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(new Error(interruption(target, deadline)));
      if (deadline.aborted) stop();
      deadline.addEventListener('abort', stop, { once: true });
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
  } catch (error) {
    socket.destroy();
    throw unreachable(target, error);
  }
  return socket;
}

interface Attempt {
  readonly socket: Socket;
  readonly check: HostKeyCheck;
  readonly login: Login;
  readonly deadline: AbortSignal;
}

async function logIn(target: SshTarget, { socket, check, login, deadline }: Attempt): Promise<Client> {
  const { NodeSSH } = await import('node-ssh');
  const ssh = new NodeSSH();
  const config: Config = {
    sock: socket,
    username: target.user,
    authHandler: [...login.methods],
    algorithms: algorithms(check),
    hostVerifier: (key: Buffer, decide: (good: boolean) => void) => {
      void check.verify(key).then(decide);
    },
    readyTimeout: target.connectTimeout * 1000,
    keepaliveInterval: 5000,
    keepaliveCountMax: 3,
  };
  const stop = () => socket.destroy();
  deadline.addEventListener('abort', stop, { once: true });
  try {
    const ready = ssh.connect(config);
    // node-ssh takes its own listener away when it is ready; without one, a reset would end the process.
    ssh.connection?.on('error', () => undefined);
    await ready;
    if (ssh.connection === null) throw new Error('the connection was closed right after the login');
    return ssh.connection;
  } catch (error) {
    socket.destroy();
    if (check.refusal() !== undefined) throw check.refusal();
    if (deadline.aborted) throw unreachable(target, new Error(interruption(target, deadline)));
    if (isAuthError(error)) throw authFailed(target, login, error);
    throw unreachable(target, error);
  } finally {
    deadline.removeEventListener('abort', stop);
  }
}

function interruption(target: SshTarget, deadline: AbortSignal): string {
  const late = deadline.reason instanceof DOMException && deadline.reason.name === 'TimeoutError';
  return late ? `no answer within ${target.connectTimeout} s` : 'interrupted';
}

function isAuthError(error: unknown): boolean {
  return error instanceof Error && 'level' in error && error.level === 'client-authentication';
}

function authFailed(target: SshTarget, login: Login, cause: unknown): RunnerError {
  const where = `${target.user}@${target.address}:${target.port}`;
  if (login.methods.length === 0) {
    const tried = login.words.length === 0 ? 'no key file and no agent' : login.words.join(', ');
    const help = `name a key with ansible_ssh_private_key_file, or start an agent`;
    return new RunnerError('AUTH_FAILED', `there is no key to log in as ${where}: ${tried}`, { help, cause });
  }
  const message = `${where} refused the login by publickey; tried: ${login.words.join(', ')}`;
  const help = `add the public key to ~/.ssh/authorized_keys of ${target.user}, or name another key or user`;
  return new RunnerError('AUTH_FAILED', message, { help, cause });
}

const plainWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused, nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name service does not answer',
  ETIMEDOUT: 'no answer',
  EACCES: 'the system does not allow it',
};

function unreachable(target: SshTarget, error: unknown): RunnerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const own = error instanceof Error ? sanitize(error.message) : 'no connection';
  const words = plainWords[code] ?? own;
  return new RunnerError('UNREACHABLE', `${target.address}:${target.port} cannot be reached: ${words}`, {
    help: `try "ssh -p ${target.port} ${target.user}@${target.address}"`,
    cause: error,
  });
}

function clientLink(client: Client, where: string): Link {
  let ended: string | undefined;
  client.on('error', (error) => {
    ended ??= `the connection to ${where} broke: ${sanitize(error.message)}`;
  });
  client.on('close', () => {
    ended ??= `the connection to ${where} was closed`;
  });
  return {
    open: (command) =>
      new Promise((resolve, reject) => {
        const lost = (words: string) => reject(new RunnerError('CONNECTION_LOST', `${words}; nothing was sent`));
        if (ended !== undefined) return lost(ended);
        // A connection that ends now leaves the callback uncalled.
        const closed = () => lost(ended ?? `the connection to ${where} was closed`);
        client.once('close', closed);
        client.exec(command, (error, channel) => {
          client.removeListener('close', closed);
          if (error !== undefined) lost(ended ?? `${where} opens no further channel: ${sanitize(error.message)}`);
          else resolve(sshChannel(channel, () => ended));
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (ended !== undefined) return resolve();
        ended = `the connection to ${where} was closed`;
        // A host that does not answer any more does not say goodbye either.
        const timer = setTimeout(() => client.destroy(), farewell);
        client.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        client.end();
      }),
  };
}

/** Milliseconds that a leftover of a dead shell may still hold the channel open before it is taken for ended. */
const drain = 500;
/** Milliseconds that the end of a connection may take. */
const farewell = 2000;

function sshChannel(channel: ClientChannel, linkEnded: () => string | undefined): Channel {
  let ended: string | undefined;
  let exit: string | undefined;
  let listener: ((reason: string, exited: boolean) => void) | undefined;
  const end = () => {
    if (ended !== undefined) return;
    ended = exit ?? linkEnded() ?? 'the connection ended';
    listener?.(ended, exit !== undefined);
  };
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = code === null ? `killed by ${signal ?? 'a signal'}` : `exit code ${code}`;
    // Something that the shell left behind may hold the channel open.
    setTimeout(() => end(), drain).unref();
  });
  channel.on('error', () => undefined);
  channel.on('close', () => end());
  return {
    write: (data) => void (channel.writable && channel.write(data)),
    onStdout: (take) => void channel.on('data', take),
    onStderr: (take) => void channel.stderr.on('data', take),
    onClose(take) {
      listener = take;
      if (ended !== undefined) take(ended, exit !== undefined);
    },
    close: () => void channel.close(),
  };
}
