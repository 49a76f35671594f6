import { spawnSync } from 'node:child_process';
import type { ReadRequest } from '../../src/model/step.js';
import type { Fact, Probe, RunResult } from '../../src/transport/probe.js';

/** Runs requests in a shell of this machine, as the transport would on a host. */
export interface LocalShell {
  readonly shell: string;
  /** Looks as this user; only for root. */
  readonly uid?: number;
}

export function look<T, A extends readonly string[]>(shell: LocalShell, fact: Fact<T, A>, args: A): T {
  return fact.parse(perform(shell, fact.request(args)), args);
}

/** All looks of an `each` fact in one process: what each of them gets, and the whole output. */
export function lookAtEach<T>(
  shell: LocalShell,
  fact: Fact<T, readonly [string]>,
  args: readonly string[],
): readonly (T | Error)[] {
  const first = fact.request([args[0] ?? '']);
  if (!('script' in first) || first.each !== true) throw new Error(`${fact.name} is no each fact`);
  const reply = perform(shell, { script: first.script, args });
  const records = reply.stdout.split('\0').slice(0, -1);
  let next = 0;
  const results = args.map((arg) => {
    const found = reply.code === 0 && records[next] === arg;
    const text = found ? (records[next + 1] ?? '') : '';
    if (found) next += 2;
    try {
      return fact.parse({ code: found ? 0 : Math.max(reply.code, 1), stdout: text, stderr: reply.stderr }, [arg]);
    } catch (error) {
      return error as Error;
    }
  });
  if (reply.code === 0 && next !== records.length) throw new Error('records are out of order');
  return results;
}

export function perform(
  { shell, uid }: LocalShell,
  request: ReadRequest,
  env: Readonly<Record<string, string>> = {},
): RunResult {
  // bash reads ~/.bashrc when its stdin is a socket, as it is here.
  const start = shell === 'bash' ? [shell, '--norc'] : [shell];
  const argv = 'argv' in request ? request.argv : [...start, '-c', request.script, shell, ...request.args];
  const [program = '', ...rest] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status ?? 128, stdout, stderr };
}

/** This machine as a host. */
export function localProbe(shell: LocalShell): Probe {
  return {
    host: 'localhost',
    run: (argv) => Promise.resolve(perform(shell, { argv })),
    readFile(path) {
      const reply = perform(shell, { argv: ['cat', '--', path] });
      return Promise.resolve(reply.code === 0 ? reply.stdout : null);
    },
    async fact(fact, args) {
      const request = fact.request(args);
      if (!('script' in request) || request.each !== true) return look(shell, fact, args);
      const reply = perform(shell, request);
      const text = reply.stdout.split('\0')[1];
      return Promise.resolve(
        fact.parse({ ...reply, code: text === undefined ? Math.max(reply.code, 1) : 0, stdout: text ?? '' }, args),
      );
    },
  };
}
