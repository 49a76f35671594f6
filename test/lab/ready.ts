import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Reads the lines `ready NAME PID` of a room until all its hosts are ready. Any other line, or its end, means that the
 * room will not come up: it is told to end, and has ended when the promise is rejected.
 * @returns for each host its first process, as the machine sees it
 * @throws Error with what the room said on stderr, or that of the system when it cannot be started
 */
export async function readyHosts(room: ChildProcess, count: number): Promise<Map<string, number>> {
  let complaint = '';
  room.stderr?.setEncoding('utf8').on('data', (data: string) => (complaint += data));
  const pids = new Map<string, number>();
  const failed = new Promise<never>((_, reject) => room.once('error', reject));
  // It may be gone already when it is told to go.
  room.stdin?.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => room.once('close', () => resolve()));
  const ready = new Promise<boolean>((resolve) => {
    if (room.stdout === null) return resolve(false);
    createInterface(room.stdout)
      .on('line', (line) => {
        const [word, name = '', pid] = line.split(' ');
        if (word === 'ready') pids.set(name, Number(pid));
        if (word !== 'ready' || pids.size === count) resolve(word === 'ready');
      })
      .once('close', () => resolve(false));
  });
  if (await Promise.race([ready, failed])) return pids;
  room.stdin?.end();
  await closed;
  throw new Error(complaint.trim() || 'a host ended while it started');
}
