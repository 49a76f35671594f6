import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeKeyPair } from '../support/keys.js';
import { finish } from './finish.js';
import type { FaultyHost, Lab, LabResult } from './lab.js';
import { makeLabDir, writeLabFiles } from './labFiles.js';
import { parseExecLog } from './namespace/execLog.js';
import { faultsOf } from './namespace/faults.js';
import { LabUnavailable, labImage } from './namespace/image.js';
import { sessionsOf, signalAll } from './namespace/processes.js';
import type { Login } from './namespace/recipe.js';
import { networkOf, openRoom } from './namespace/room.js';
import type { Room } from './namespace/room.js';
import { execLogOf, rootSnapshotScript, startSshd, stopSshd } from './namespace/scripts.js';
import { snapshotScript } from './scripts.js';

export interface NamespaceLabOptions {
  /** How many, at most 200; they are called kvm1, kvm2 … */
  readonly hosts: number;
  /** Where the lab's files go; must not exist yet. Absent = a new folder among the temporary ones. */
  readonly dir?: string;
  /** Whether all hosts see one folder at /srv/shared that libvirt-qemu may read and write. */
  readonly shared?: boolean;
  /** Whether systemd is process 1 of the hosts, which are then up when it says `running`. At most 20 hosts. */
  readonly systemd?: boolean;
  /** Whether `execs` and `executions` are known; makes every start of a program on the hosts a little slower. */
  readonly execLog?: boolean;
  /** Who logs in by the inventory. Absent = root. All accounts take the lab's key. */
  readonly login?: Login;
  /** Is told when the image has to be built first. Absent = stderr. */
  readonly say?: (line: string) => void;
}

export interface NamespaceLab extends Lab {
  readonly hosts: readonly FaultyHost[];
  /**
   * Words to put in front of a command of the machine, so that it sees the lab's network in place of the machine's:
   * the addresses of the hosts exist only there. Everything else of the machine it sees as ever.
   */
  readonly enter: readonly string[];
}

const mostHosts = 200;

/**
 * Starts hosts of Debian with sshd, sudo and login shells of their own, each in mount, PID, UTS, IPC and network
 * namespaces with an address of 10.77.0.0/24 on port 22. The controller reaches them with what it starts by `enter`; not
 * a packet leaves these namespaces. All of it ends with this process, however that ends.
 * @throws LabUnavailable when this is not root on Debian, when the image cannot be built, or when the kernel refuses
 */
export async function startNamespaceLab(options: NamespaceLabOptions): Promise<NamespaceLab> {
  if (options.hosts > mostHosts) throw new LabUnavailable(`it has at most ${String(mostHosts)} hosts`);
  const image = await labImage(options.say ?? ((line) => process.stderr.write(`${line}\n`)));
  const login = makeKeyPair();
  const entries = Array.from({ length: options.hosts }, (_, index) => {
    const key = makeKeyPair();
    const [name, address] = [`kvm${String(index + 1)}`, `10.77.0.${String(index + 1)}`];
    return {
      name,
      address,
      machineId: randomBytes(16).toString('hex'),
      hostKey: key.private,
      hostPublicKey: key.public,
    };
  });
  const manager = options.systemd === true ? 'systemd' : 'plain';
  const room = await openRoom({
    image,
    hosts: entries,
    systemd: manager === 'systemd',
    shared: options.shared ?? false,
    execLog: options.execLog ?? false,
    authorizedKey: login.public,
  });
  const closers = [() => room.close()];
  let stopping: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const close of closers) await close();
  };
  const stop = (): Promise<void> => (stopping ??= closeAll());
  try {
    const hosts = entries.map(({ name, address }) =>
      hostIn(room, { name, address, manager, log: options.execLog ?? false }),
    );
    if (manager === 'systemd') await Promise.all(hosts.map(untilRunning));
    const dir = await makeLabDir(options.dir);
    closers.push(() => dir.remove());
    const user = options.login ?? 'root';
    const files = await writeLabFiles(
      dir.path,
      login.private,
      entries.map((entry) => ({ ...entry, port: 22, user })),
    );
    return { hosts, uids: 'range', dir: dir.path, enter: ['nsenter', `--net=${networkOf(room.pid)}`], ...files, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface HostShape {
  readonly name: string;
  readonly address: string;
  readonly manager: 'plain' | 'systemd';
  readonly log: boolean;
}

/** What changes by itself, or by a login alone: logs, and what systemd, sshd, sudo and PAM keep about what runs. */
const volatile = / \*?(\/run( |\/(systemd|log|user|dbus|sudo|utmp|sshd\.pid|motd\.dynamic|lab-exec\.log))|var\/log\b)/;

/** What PAM starts at each login. */
const motd = ' > /run/motd.dynamic.new';

function hostIn(room: Room, { name, address, manager, log }: HostShape): FaultyHost {
  const run = (argv: readonly string[]): Promise<LabResult> => finish(room.enter(name, argv));
  const must = async (script: string, ...argv: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(['sh', '-c', script, name, ...argv]);
    if (code !== 0) throw new Error(`${name}: ${stderr.trim() || `ended with ${String(code)}`}`);
    return stdout;
  };
  const sessions = (): number[] => sessionsOf(room.pidOf(name));
  const executions: FaultyHost['executions'] = () => {
    if (!log) throw new Error('the lab was started without execLog');
    return parseExecLog(readFileSync(`/proc/${String(room.pid)}/root${execLogOf(name)}`, 'utf8'));
  };
  return {
    name,
    address,
    port: 22,
    run,
    async snapshot() {
      const root = await finish(room.enterMounts(['sh', '-c', rootSnapshotScript, 'snapshot', name]));
      if (root.code !== 0 || root.stderr !== '') throw new Error(`snapshot of ${name}: ${root.stderr}`);
      return withoutVolatile((await must(snapshotScript)) + root.stdout);
    },
    async stopSsh() {
      await must(stopSshd[manager]);
      signalAll(sessions(), 'SIGKILL');
    },
    async startSsh() {
      if ((await run(['pgrep', '--full', '\\[listener\\]'])).code !== 0) await must(startSshd[manager]);
    },
    dropConnections: () => signalAll(sessions(), 'SIGKILL'),
    execs: () =>
      executions()
        .filter(({ bySshd, argv }) => bySshd && argv[1] === '-c')
        .map(({ argv }) => argv[2] ?? '')
        .filter((command) => !command.endsWith(motd)),
    executions,
    ...faultsOf(room, name, run),
    async sshd(settings) {
      const lines = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}\n`);
      await must(
        `printf %s "$1" >/etc/ssh/sshd_config.d/00-test.conf && mkdir -p /run/sshd && sshd -t`,
        lines.join(''),
      );
      await must(stopSshd[manager]);
      await must(startSshd[manager]);
    },
    authLog: () => must('cat /var/log/auth.log /var/log/sudo.log 2>/dev/null || :'),
  };
}

function withoutVolatile(snapshot: string): string {
  const lines = snapshot.split('\n');
  return lines.filter((line) => !volatile.test(line)).join('\n');
}

/** @throws Error that names the units that failed, or when the host is not up in time */
async function untilRunning(host: FaultyHost): Promise<void> {
  const script = `for try in $(seq 600); do
    state=$(systemctl is-system-running --wait 2>/dev/null)
    case $state in
    running) exit 0 ;;
    degraded) systemctl --failed --plain --no-legend >&2; exit 1 ;;
    esac
    sleep 0.05
  done
  echo "systemd says \${state:-nothing}" >&2
  exit 1`;
  const { code, stderr } = await host.run(['sh', '-c', script]);
  if (code !== 0) throw new Error(`${host.name} is not up: ${stderr}`);
}
