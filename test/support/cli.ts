import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The checkout; tests run compiled, from dist/test/support. */
export const checkout = join(import.meta.dirname, '..', '..', '..');

export interface CliResult {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Words in front of the command: a program that becomes it, as `enter` of a namespace lab. */
  readonly prefix?: readonly string[];
  /** Called with the running process. */
  readonly running?: (child: ChildProcess) => void;
}

/** Runs the built command line as a user would, without a terminal. */
export async function stowage(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const [program, ...words] = [...(options.prefix ?? []), process.execPath, join(checkout, 'dist/src/cli/main.js')];
  const child = spawn(program, [...words, ...argv], {
    cwd: options.cwd ?? checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
  });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  options.running?.(child);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? String(signal), stdout: stdout(), stderr: stderr() };
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
