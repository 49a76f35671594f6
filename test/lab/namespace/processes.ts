import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/**
 * Finds the processes of sshd that serve a connection, as the machine sees them.
 * @param pid any process of the host
 */
export function sessionsOf(pid: number): number[] {
  const host = namespaceOf(String(pid));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === host)
    .filter((name) => {
      // Newer versions have programs of their own for sessions; the title of the one that listens says so.
      const [program, title] = [textOf(name, 'comm'), textOf(name, 'cmdline')];
      return program.startsWith('sshd') && !title.includes('[listener]') && title.startsWith('sshd');
    })
    .map(Number);
}

/** Sends a signal to processes; one that has ended meanwhile is as good. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

function namespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return ''; // ended meanwhile
  }
}

function textOf(pid: string, file: 'comm' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
