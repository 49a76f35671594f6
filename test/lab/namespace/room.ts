import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readyHosts } from '../ready.js';
import { LabUnavailable } from './image.js';
import { confine, labScripts } from './scripts.js';

export interface RoomHost {
  readonly name: string;
  readonly machineId: string;
  readonly address: string;
  /** The text of the private key file that the host shows. */
  readonly hostKey: string;
}

export interface RoomOptions {
  readonly image: string;
  readonly hosts: readonly RoomHost[];
  readonly systemd: boolean;
  /** Whether all hosts see one folder at /srv/shared. */
  readonly shared: boolean;
  readonly execLog: boolean;
  /** One line as in `authorized_keys`; opens every account. */
  readonly authorizedKey: string;
}

/** The namespaces of all hosts of a lab. They live until `close`, or until the controller is no more. */
export interface Room {
  /** The first process of the room, as the machine sees it. */
  readonly pid: number;
  /** The first process of a host, as the machine sees it. @throws Error when there is no such host */
  pidOf(host: string): number;
  /** Starts a program as a host's root in all namespaces of the host, with a clean environment, in /. */
  enter(host: string, argv: readonly string[]): ChildProcess;
  /** Starts a program of the machine that sees the room's mounts, among them the roots of its hosts. */
  enterMounts(argv: readonly string[]): ChildProcess;
  /** Starts a program of the machine in the network namespace of a host. */
  enterNetwork(host: string, argv: readonly string[]): ChildProcess;
  /** Ends every process of the room; resolves when none is left. */
  close(): Promise<void>;
}

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
};

/** The kernel gives each user 128 inotify instances, and systemd takes a handful; this is of the whole machine. */
const mostWithSystemd = 20;

/**
 * Opens the namespaces and waits until sshd listens on every host, or systemd was started there.
 * @throws LabUnavailable when the kernel refuses
 * @throws Error when something goes wrong
 */
export async function openRoom(options: RoomOptions): Promise<Room> {
  const cgroup = options.systemd ? await makeCgroup(options.hosts.length) : '-';
  const keeper = spawn(
    'sh',
    [
      ...['-c', labScripts.keeper, 'keeper', options.image, options.systemd ? 'systemd' : 'plain'],
      ...[options.shared ? 'shared' : 'separate', options.execLog ? 'log' : 'silent', cgroup],
      ...options.hosts.flatMap(({ name, machineId, address, hostKey }) => [name, machineId, address, hostKey]),
    ],
    {
      cwd: '/',
      // A session of its own: Ctrl-C on a terminal is for the controller, which decides what ends when.
      detached: true,
      env: {
        ...environment,
        ROOM_SCRIPT: labScripts.room,
        HOST_SCRIPT: labScripts.host,
        INIT_SCRIPT: labScripts.init,
        AUTHORIZED_KEY: options.authorizedKey,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    keeper.stdin.end();
    await ended;
  };
  try {
    const pids = await readyHosts(keeper, options.hosts.length + 1);
    return { pid: pidIn(pids, 'room'), pidOf: (host) => pidIn(pids, host), ...entrances(pids), close };
  } catch (error) {
    await close();
    const words = error instanceof Error ? error.message : String(error);
    // Root of a container may not make any; everything else that fails is a defect.
    const refused = /^unshare: .*Operation not permitted/.test(words);
    if (refused) throw new LabUnavailable(`the kernel lets this root make no namespaces: ${words}`, { cause: error });
    throw error;
  }
}

function entrances(pids: ReadonlyMap<string, number>): Pick<Room, 'enter' | 'enterMounts' | 'enterNetwork'> {
  const start = (argv: readonly string[]): ChildProcess =>
    spawn('nsenter', argv, { cwd: '/', detached: true, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  return {
    enter(host, argv) {
      const kinds = ['--mount', '--net', '--uts', '--ipc', '--pid', '--cgroup'];
      return start([`--target=${String(pidIn(pids, host))}`, ...kinds, 'setsid', ...confine, ...argv]);
    },
    enterMounts: (argv) => start([`--target=${String(pidIn(pids, 'room'))}`, '--mount', ...argv]),
    enterNetwork: (host, argv) => start([`--net=${networkOf(pidIn(pids, host))}`, ...argv]),
  };
}

/** The file of a process's network namespace. */
export function networkOf(pid: number): string {
  return `/proc/${String(pid)}/ns/net`;
}

function pidIn(pids: ReadonlyMap<string, number>, name: string): number {
  const pid = pids.get(name);
  if (pid === undefined) throw new Error(`the lab has no host ${name}`);
  return pid;
}

/** A group for the lab beside the controller, where nothing of the machine is; the keeper removes it. */
async function makeCgroup(hosts: number): Promise<string> {
  if (hosts > mostWithSystemd) {
    throw new LabUnavailable(`more than ${String(mostWithSystemd)} hosts with systemd need more inotify instances`);
  }
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  const own = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8'))?.[1];
  if (root === undefined || own === undefined) throw new LabUnavailable('systemd needs cgroup2, which is not mounted');
  const path = join(root, own, `stowage-lab-${String(process.pid)}-${String(Date.now())}`);
  await mkdir(path);
  return path;
}
