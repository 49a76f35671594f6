import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { makeKeyPair } from '../support/keys.js';
import { startSshServer } from '../support/sshServer.js';
import type { SshServer } from '../support/sshServer.js';
import { finish } from './finish.js';
import type { Lab, LabHost, LabResult } from './lab.js';
import { makeLabDir, writeLabFiles } from './labFiles.js';
import { openRoom } from './room.js';
import type { Room } from './room.js';
import { snapshotScript } from './scripts.js';

export interface EmbeddedLabOptions {
  /** How many; they are called kvm1, kvm2 … */
  readonly hosts: number;
  /** Where the lab's files go; must not exist yet. Absent = a new folder among the temporary ones. */
  readonly dir?: string;
  /** Whether all hosts see one folder at /srv/shared that libvirt-qemu may read and write. */
  readonly shared?: boolean;
}

interface EmbeddedHost {
  readonly lab: LabHost;
  readonly hostPublicKey: string;
}

/**
 * Starts hosts that need nothing but Linux, Node and util-linux: each an SSH server in this process whose commands run
 * in user, mount, PID, UTS and IPC namespaces and a root of their own, /usr read-only. As root, or with newuidmap and
 * subordinate ids, the hosts have other users (libvirt-qemu 64055, group kvm); else all of them are the one uid.
 * All of it ends with this process, however that ends.
 * @throws Error when user namespaces are refused here (the message says how to allow them) or util-linux is missing
 */
export async function startEmbeddedLab(options: EmbeddedLabOptions): Promise<Lab> {
  const names = Array.from({ length: options.hosts }, (_, index) => `kvm${String(index + 1)}`);
  const room = await openRoom({
    hosts: names.map((name) => ({ name, machineId: randomBytes(16).toString('hex') })),
    shared: options.shared ?? false,
  });
  const closers: (() => Promise<void>)[] = [() => room.close()];
  const closeAll = async (): Promise<void> => {
    // The servers first: a connection that ends in the middle must not look like a command that failed.
    for (const close of closers.reverse()) await close();
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= closeAll());
  try {
    const dir = await makeLabDir(options.dir);
    closers.unshift(() => dir.remove());
    const login = makeKeyPair();
    const hosts: EmbeddedHost[] = [];
    for (const name of names) {
      const host = await startHost(room, name, login.public);
      closers.push(() => host.lab.stopSsh());
      hosts.push(host);
    }
    const entries = hosts.map(({ lab, hostPublicKey }) => ({
      name: lab.name,
      address: lab.address,
      port: lab.port,
      user: 'root',
      hostPublicKey,
    }));
    const files = await writeLabFiles(dir.path, login.private, entries);
    return { hosts: hosts.map(({ lab }) => lab), uids: room.uids, dir: dir.path, ...files, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startHost(room: Room, name: string, authorizedKey: string): Promise<EmbeddedHost> {
  const hostKey = makeKeyPair().private;
  const listen = (port: number): Promise<SshServer> =>
    startSshServer({ authorizedKey, hostKey, port, spawn: (command) => login(room, name, command) });
  const first = await listen(0);
  const earlier: string[] = [];
  let server: SshServer | undefined = first;
  const run = (argv: readonly string[]): Promise<LabResult> => finish(room.enter(name, argv));
  const lab: LabHost = {
    name,
    address: first.address,
    port: first.port,
    run,
    async snapshot() {
      const result = await run(['sh', '-c', snapshotScript]);
      if (result.code !== 0 || result.stderr !== '') throw new Error(`snapshot of ${name}: ${result.stderr}`);
      return result.stdout;
    },
    async stopSsh() {
      const stopping = server;
      server = undefined;
      earlier.push(...(stopping?.execs() ?? []));
      await stopping?.close();
    },
    async startSsh() {
      server ??= await listen(first.port);
    },
    dropConnections: () => server?.dropAll(),
    execs: () => [...earlier, ...(server?.execs() ?? [])],
  };
  return { lab, hostPublicKey: first.hostPublicKey };
}

/** As sshd does: the user's shell, started in the user's home. */
function login(room: Room, host: string, command: string): ChildProcess {
  return room.enter(host, ['/bin/sh', '-c', 'cd; exec /bin/sh -c "$1"', 'login', command]);
}
