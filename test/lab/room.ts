import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { chooseIdMap, writeIdMap } from './idMap.js';
import type { IdMap } from './idMap.js';
import { readyHosts } from './ready.js';
import { labScripts } from './scripts.js';

export interface RoomOptions {
  readonly hosts: readonly { readonly name: string; readonly machineId: string }[];
  /** Whether all hosts see one folder at /srv/shared. */
  readonly shared: boolean;
}

/** The namespaces of all hosts of a lab. They live until `close`, or until the controller is no more. */
export interface Room {
  readonly uids: 'range' | 'one';
  /**
   * Starts a program as a host's root in all namespaces of the host, with a clean environment and working directory /.
   * @param host a name of the options
   * @throws Error when the room has no such host
   */
  enter(host: string, argv: readonly string[]): ChildProcess;
  /** Ends every process of the room; resolves when none is left. */
  close(): Promise<void>;
}

/** The environment of everything in the room: nothing of the controller's reaches a host. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/sh',
};

/**
 * Opens the namespaces and waits until every host has its root.
 * @throws Error when a tool is missing or the machine refuses user namespaces; the message says how to allow them
 */
export async function openRoom(options: RoomOptions): Promise<Room> {
  const map = await chooseIdMap();
  const holder = await holdUserNamespace(map);
  const room = start('nsenter', [
    `--target=${String(holder.pid)}`,
    '--user',
    ...credentials(map),
    ...['unshare', '--mount', '--ipc', '--pid', '--fork', 'sh', '-c', labScripts.room, 'room'],
    ...[map.kind, String(map.kind === 'range' ? map.count : 1), options.shared ? 'shared' : 'separate'],
    ...options.hosts.flatMap(({ name, machineId }) => [name, machineId]),
  ]);
  const ended = new Promise<void>((resolve) => room.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    room.stdin?.end();
    await ended;
  };
  try {
    const pids = await readyHosts(room, options.hosts.length).catch(async (error: Error) => {
      throw 'code' in error ? missingTool(error) : await refusal(error.message);
    });
    return { uids: map.kind, enter: (host, argv) => enter(map, pids.get(host), argv), close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    holder.kill('SIGKILL');
  }
}

function start(program: string, argv: readonly string[]): ChildProcess {
  return spawn(program, argv, {
    cwd: '/',
    // A session of its own: Ctrl-C on a terminal is for the controller, which decides what ends when.
    detached: true,
    env: { ...environment, HOST_SCRIPT: labScripts.host },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function credentials(map: IdMap): string[] {
  return map.kind === 'range' ? ['--setuid=0', '--setgid=0'] : ['--preserve-credentials'];
}

/** Starts a process in a user namespace of its own and gives it the map. It ends by itself when the pipe does. */
async function holdUserNamespace(map: IdMap): Promise<ChildProcess> {
  const holder = start('unshare', ['--user', 'sh', '-c', 'echo held; read -r _']);
  const complaint = collect(holder);
  const held = await firstLine(holder);
  try {
    if (held !== 'held' || holder.pid === undefined) throw new Error('no user namespace was made');
    await writeIdMap(map, holder.pid);
    return holder;
  } catch (error) {
    holder.kill('SIGKILL');
    throw await refusal(complaint() || String(error), error);
  }
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(missingTool(error)));
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('close', () => resolve(undefined));
  });
}

/** Gathers stderr; the function gives it so far. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (text += data));
  return () => text.trim();
}

function enter(map: IdMap, pid: number | undefined, argv: readonly string[]): ChildProcess {
  if (pid === undefined) throw new Error('the lab has no such host');
  return spawn(
    'nsenter',
    [
      ...[`--target=${String(pid)}`, '--user', '--mount', '--uts', '--ipc', '--pid'],
      ...credentials(map),
      ...['setsid', ...argv],
    ],
    { cwd: '/', detached: true, env: environment, stdio: ['pipe', 'pipe', 'pipe'] },
  );
}

function missingTool(error: Error): Error {
  if (!('code' in error && error.code === 'ENOENT')) return error;
  return new Error('unshare and nsenter are missing; install the package util-linux', { cause: error });
}

/** What refuses user namespaces on the distributions that do, and the way out of each. */
const switches = [
  { file: '/proc/sys/user/max_user_namespaces', refuses: '0', allow: 'sysctl -w user.max_user_namespaces=10000' },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    refuses: '0',
    allow: 'sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    refuses: '1',
    allow: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
] as const;

async function refusal(detail: string, cause?: unknown): Promise<Error> {
  const closed: string[] = [];
  for (const { file, refuses, allow } of switches) {
    const value = await readFile(file, 'utf8').catch(() => '');
    if (value.trim() === refuses) closed.push(allow);
  }
  const ways = closed.length > 0 ? closed : switches.slice(1).map(({ allow }) => allow);
  const lines = [
    'the lab cannot make its hosts here: they need user namespaces',
    `  what happened: ${detail.replaceAll('\n', '\n    ')}`,
    `  how to allow them, as root: ${ways.join('  or  ')}`,
    '  or run this as root; in a container, start the container privileged',
  ];
  return new Error(lines.join('\n'), { cause });
}
