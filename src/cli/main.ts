#!/usr/bin/env node
import type { ExitCode } from '../model/exitCode.js';
import { createProgram, usageExitCode } from './program.js';
import type { Shell } from './shared.js';
import { createTerminal } from './terminal.js';
import type { Look } from './terminal.js';

/** Set by the command that ran; what goes wrong before it is a mistake in the command line. */
let exitCode: ExitCode = 5;

/** Set when a result did not reach its file, as on a full disk. */
let unwritten = false;

async function run(look: Look, command: (shell: Shell) => ExitCode | Promise<ExitCode>): Promise<void> {
  const stop = new AbortController();
  process.on('SIGINT', () => {
    interrupt(stop);
  });
  process.on('SIGTERM', () => {
    interrupt(stop);
  });
  exitCode = await command({ terminal: createTerminal(look), signal: stop.signal });
  if (stop.signal.aborted) exitCode = 130;
}

/** The first Ctrl-C lets running steps finish; the second one ends at once. */
function interrupt(stop: AbortController): void {
  if (stop.signal.aborted) {
    process.stderr.write('Stopped at once. What was under way on the hosts may go on; its outcome is unknown.\n');
    process.exit(130);
  }
  process.stderr.write('Interrupted: finishing what is running. Ctrl-C again stops at once.\n');
  stop.abort();
}

// The reader of a pipe may go away (`| head`): that is no mistake of ours, and there is nobody to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || unwritten) return;
  unwritten = true;
  process.stderr.write(`The result could not be written: ${error.message}\n`);
});
// The error of a write may come after everything else.
process.once('exit', () => {
  if (unwritten && process.exitCode === 0) process.exitCode = 1;
});

try {
  await createProgram(run).parseAsync(process.argv);
  process.exitCode = exitCode;
} catch (error) {
  process.exitCode = usageExitCode(error) ?? 70;
  if (process.exitCode === 70) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`This is a mistake in stowage, please report it:\n${words}\n`);
  }
}
