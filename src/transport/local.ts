import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Channel, Link } from './channel.js';

/** Milliseconds that a leftover of a dead shell may still hold its streams open before it is taken for ended. */
const drain = 500;

/** Runs commands on this machine, as the user that it runs as. */
export function localLink(): Link {
  return {
    open: async (command) => localChannel(spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'pipe' })),
    close: async () => undefined,
  };
}

/** A channel to a child process; `detached`, so that an interrupt at the terminal does not reach it. */
function localChannel(child: ChildProcessWithoutNullStreams): Channel {
  let ended: readonly [reason: string, exited: boolean] | undefined;
  let listener: ((reason: string, exited: boolean) => void) | undefined;
  const end = (reason: string, exited: boolean) => {
    if (ended !== undefined) return;
    ended = [reason, exited];
    listener?.(reason, exited);
  };
  const words = (code: number | null, signal: string | null) =>
    signal === null ? `exit code ${code}` : `killed by ${signal}`;
  child.on('error', (error) => end(error.message, false));
  child.on('close', (code, signal) => end(words(code, signal), true));
  child.on('exit', (code, signal) => setTimeout(() => end(words(code, signal), true), drain).unref());
  // Writing to a shell that is gone shows as its end.
  child.stdin.on('error', () => undefined);
  return {
    write: (data) => void child.stdin.write(data),
    onStdout: (take) => void child.stdout.on('data', take),
    onStderr: (take) => void child.stderr.on('data', take),
    onClose(take) {
      listener = take;
      if (ended !== undefined) take(...ended);
    },
    close() {
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      end('closed', false);
    },
  };
}
