import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { HostTarget } from '../../src/model/graph.js';
import type { ReadRequest, Reply } from '../../src/model/step.js';
import type { Link } from '../../src/transport/channel.js';
import { createConnect } from '../../src/transport/connect.js';
import type { Connection, Program, ProgramHooks, ProgramResult } from '../../src/transport/connection.js';
import { HostConnection } from '../../src/transport/hostConnection.js';
import { defaultLimits } from '../../src/transport/limits.js';
import type { Limits } from '../../src/transport/limits.js';
import { localLink } from '../../src/transport/local.js';
import { digestOf } from '../../src/transport/reader.js';
import { makeKeyPair } from '../support/keys.js';
import { startSshServer } from '../support/sshServer.js';
import type { SshServer } from '../support/sshServer.js';

export const me = userInfo().username;

/** A place where the same tests hold: a shell, and the way to it. */
export interface Place {
  readonly title: string;
  connect(limits?: Partial<Limits>): Promise<Connection>;
}

const shells = [
  { name: 'dash', command: 'dash' },
  { name: 'bash', command: 'bash' },
  { name: 'bash --posix', command: 'bash --posix' },
  { name: 'busybox', command: 'busybox sh' },
];
const [installed, missing] = [true, false].map((wanted) =>
  shells.filter(({ command }) => (spawnSync('sh', ['-c', `${command} -c :`]).status === 0) === wanted),
);

console.log(`    shells tested: ${installed?.map(({ name }) => name).join(', ')}`);
if (missing?.length) console.log(`    shells not installed here: ${missing.map(({ name }) => name).join(', ')}`);

export const localPlaces: readonly Place[] = (installed ?? []).map(({ name, command }) => ({
  title: `a local ${name}`,
  connect: async (limits = {}) => shellConnection(command, limits),
}));

export const sshPlace: Place = {
  title: '/bin/sh over SSH',
  connect: async (limits = {}) => (await sshLab()).connect(limits),
};

export const places: readonly Place[] = [...localPlaces, sshPlace];

/** A connection whose shell is any command instead of /bin/sh. */
export function shellConnection(shell: string, limits: Partial<Limits> = {}, wrap = (link: Link) => link): Connection {
  const link = localLink();
  const open = (command: string) => link.open(command.replace('/bin/sh', shell));
  return new HostConnection('here', wrap({ ...link, open }), me, { ...defaultLimits, ...limits });
}

/** An SSH server with a folder of key files, shared by all tests of a file; closed by `closeLab`. */
export interface Lab {
  readonly server: SshServer;
  readonly folder: string;
  target(changes?: Partial<Extract<HostTarget, { kind: 'ssh' }>>): HostTarget;
  connect(limits?: Partial<Limits>): Promise<Connection>;
}

let lab: Promise<Lab> | undefined;
let started: ChildProcess[] = [];
let spawnCommand = (command: string): ChildProcess => spawn('/bin/sh', ['-c', command]);

export function sshLab(): Promise<Lab> {
  lab ??= startLab();
  return lab;
}

/** Replaces how the server starts commands, until it is called without an argument. */
export function serverSpawns(start?: (command: string) => ChildProcess): void {
  spawnCommand = start ?? ((command) => spawn('/bin/sh', ['-c', command]));
}

/** The processes that the server started so far. */
export const serverShells = (): readonly ChildProcess[] => started;

async function startLab(): Promise<Lab> {
  const user = makeKeyPair();
  const server = await startSshServer({
    authorizedKey: user.public,
    hostKey: makeKeyPair().private,
    spawn(command) {
      const child = spawnCommand(command);
      started.push(child);
      return child;
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'stowage-ssh-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const keyFiles = [file('id', user.private)];
  const knownHosts = [file('known_hosts', `[127.0.0.1]:${server.port} ${server.hostPublicKey}\n`)];
  const target: Lab['target'] = (changes = {}) => ({
    kind: 'ssh',
    address: server.address,
    port: server.port,
    user: 'root',
    keyFiles,
    knownHosts,
    hostKeyChecking: 'strict',
    connectTimeout: 10,
    ...changes,
  });
  const connect: Lab['connect'] = (limits = {}) =>
    createConnect({ there: target() }, { ...defaultLimits, ...limits })('there', new AbortController().signal);
  return { server, folder, target, connect };
}

export async function closeLab(): Promise<void> {
  const open = await lab;
  lab = undefined;
  started = [];
  await open?.server.close();
  if (open !== undefined) rmSync(open.folder, { recursive: true, force: true });
}

/** Opens a connection for one test body and closes it whatever happens. */
export async function using<T>(
  connection: Promise<Connection>,
  body: (connection: Connection) => Promise<T>,
): Promise<T> {
  const open = await connection;
  try {
    return await body(open);
  } finally {
    await open.close();
  }
}

/** Reads one request. */
export async function readOne(connection: Connection, request: ReadRequest, user?: string): Promise<Reply> {
  const [reply] = await connection.read([request], user);
  if (reply === undefined) throw new Error('no reply');
  return reply;
}

/** A POSIX script as a request. */
export const script = (text: string, ...args: readonly string[]): ReadRequest => ({ script: text, args });

/** A script whose `$shell` is the process id of the shell that reads it: `timeout` stands between them. */
export const shellScript = (text: string, ...args: readonly string[]): ReadRequest =>
  script(`read -r _ _ _ shell _ <"/proc/$PPID/stat"\n${text}`, ...args);

/** Whether a process runs; one that has ended and that nobody asked about yet does not. */
export function isRunning(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid.trim()], { encoding: 'utf8' });
  return stdout !== '' && !stdout.startsWith('Z');
}

export const noDifference: ProgramHooks = {
  onDifference() {
    throw new Error('there should be no difference');
  },
};

/** A program of steps alone, unless more is given. */
export function programOf(changes: Partial<Program>): Program {
  return { expect: [], digest: digestOf([]), steps: [], prove: [], stepDeadline: 20, ...changes };
}

function done(result: ProgramResult): Extract<ProgramResult, { kind: 'done' }> {
  if (result.kind !== 'done') throw new Error('the program was stale');
  return result;
}

/** Performs a program that is not stale. */
export async function perform(connection: Connection, changes: Partial<Program>, hooks: ProgramHooks = noDifference) {
  return done(await connection.perform(programOf(changes), hooks));
}

/** What a promise rejects with. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; help: string | undefined }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      const help = 'help' in error ? (error.help as string | undefined) : undefined;
      return { code: String(error.code), message: error.message, help };
    }
    throw error;
  }
  throw new Error('it should have been rejected');
}
