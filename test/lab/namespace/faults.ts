import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultyHost, LabResult } from '../lab.js';
import { sessionsOf, signalAll } from './processes.js';
import type { Room } from './room.js';

type Faults = Pick<FaultyHost, 'cut' | 'blackhole' | 'reset' | 'delay' | 'freeze' | 'thaw' | 'fullDisk' | 'heal'>;
type Run = (argv: readonly string[]) => Promise<LabResult>;

const delayPort = 2222;
const table = 'inet lab_fault';
/** Replaces what the fault before has put there. */
const rules = {
  none: '',
  blackhole: `
    add chain ${table} in { type filter hook input priority 0; }
    add chain ${table} out { type filter hook output priority 0; }
    add rule ${table} in iif eth0 drop
    add rule ${table} out oif eth0 drop`,
  reset: `
    add chain ${table} in { type filter hook input priority 0; }
    add rule ${table} in iif eth0 tcp dport 22 tcp flags & rst == 0 reject with tcp reset`,
  delay: `
    add chain ${table} nat { type nat hook prerouting priority -100; }
    add rule ${table} nat iif eth0 tcp dport 22 redirect to :${String(delayPort)}`,
} as const;

/** Arguments: the directory. Holds what the directory holds, and not a block more. */
const fillScript = `
set -eu
size=$(du -sxk "$1" | cut -f 1)
mount -t tmpfs -o size=$((size * 2 + 1024))k,mode=755 full /mnt
cp -a "$1"/. /mnt/
chmod --reference="$1" /mnt
chown --reference="$1" /mnt
blocks=$(stat -f -c '%b - %f' /mnt)
mount -o remount,size=$((($blocks) * $(stat -f -c %S /mnt))) /mnt
mount --bind /mnt "$1"
umount /mnt
`;

/** What can be done to one host; see FaultyHost. */
export function faultsOf(room: Room, name: string, run: Run): Faults {
  const must = mustOf(name, run);
  const full: string[] = [];
  let stopProxy: (() => Promise<void>) | undefined;
  const network = async (fault: keyof typeof rules): Promise<void> => {
    // Before its rule goes, so that the ends of its connections reach their other side.
    await stopProxy?.();
    stopProxy = undefined;
    await must('ip', 'link', 'set', 'eth0', 'up');
    await must('nft', `add table ${table}; delete table ${table}; add table ${table}; ${rules[fault]}`);
  };
  const signal = (which: NodeJS.Signals): void => signalAll(sessionsOf(room.pidOf(name)), which);
  const faults: Faults = {
    async cut() {
      await network('none');
      await must('ip', 'link', 'set', 'eth0', 'down');
    },
    async blackhole(ms) {
      await network('blackhole');
      if (ms === undefined) return;
      await pause(ms);
      await network('none');
    },
    reset: () => network('reset'),
    async delay(ms) {
      await network('none');
      stopProxy = await startProxy(room, name, ms);
      await must('nft', rules.delay.replace('add chain', `add table ${table}; add chain`));
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async fullDisk(path) {
      await must('sh', '-c', fillScript, 'fill', path);
      full.push(path);
    },
    async heal() {
      faults.thaw();
      await network('none');
      for (const path of full.splice(0)) await must('umount', '--lazy', path);
    },
  };
  return faults;
}

/** @returns what runs a program that must succeed */
function mustOf(name: string, run: Run): (...argv: string[]) => Promise<void> {
  return async (...argv) => {
    const { code, stderr } = await run(argv);
    if (code !== 0) throw new Error(`${name}: ${argv.join(' ')} ended with ${String(code)}: ${stderr}`);
  };
}

async function startProxy(room: Room, name: string, ms: number): Promise<() => Promise<void>> {
  const program = join(import.meta.dirname, 'delayProxy.js');
  const proxy = room.enterNetwork(name, [process.execPath, program, String(delayPort), String(ms)]);
  const ended = once(proxy, 'close');
  const listening = proxy.stdout === null ? ended : once(proxy.stdout, 'data');
  await Promise.race([listening, ended.then(() => Promise.reject(new Error('the proxy for delays ended')))]);
  return async () => {
    proxy.stdin?.end();
    await ended;
  };
}
