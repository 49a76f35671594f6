import { RunnerError } from '../../src/model/errors.js';
import type { ReadRequest, Reply, Step } from '../../src/model/step.js';
import type { Connect, Connection, Program, ProgramHooks, ProgramResult } from '../../src/transport/connection.js';
import { digestOf } from '../../src/transport/reader.js';

/** A host in memory: files by path. Hosts that share a directory share the map. */
export interface FakeHost {
  readonly files: Map<string, string>;
  /** Why it cannot be reached. */
  down?: string;
  /** Called before a script of steps starts: what happens between reading and acting. */
  meanwhile?: () => void;
  /** Loses the connection when a step with this path or program begins. */
  breaksAt?: string;
  /** Loses the connection for good when this path is looked at. */
  losesAt?: string;
  /** The connection is lost for good. */
  lost?: boolean;
  /** Called after the steps of a script. */
  afterwards?: () => void;
  /** Everything performed, in order. */
  readonly log: string[];
  /** Batches of reads. */
  reads: number;
}

export function fakeHost(files: Readonly<Record<string, string>> = {}): FakeHost {
  return { files: new Map(Object.entries(files)), log: [], reads: 0 };
}

/** Connects to hosts in memory. They understand `cat PATH`, writing, `touch PATH` and `false`. */
export function fakeConnect(hosts: Readonly<Record<string, FakeHost>>): Connect {
  return (name) => {
    const host = hosts[name];
    if (host === undefined) throw new Error(`the test has no host ${name}`);
    if (host.down !== undefined) return Promise.reject(new RunnerError('UNREACHABLE', host.down));
    return Promise.resolve(connectionTo(name, host));
  };
}

function connectionTo(name: string, host: FakeHost): Connection {
  return {
    host: name,
    get traffic() {
      return { scripts: host.reads, reads: 0, steps: host.log.length };
    },
    read: async (requests) => {
      host.reads += 1;
      const paths = requests.flatMap((request) => ('argv' in request ? request.argv : []));
      if (host.losesAt !== undefined && paths.includes(host.losesAt)) host.lost = true;
      if (host.lost === true) throw new RunnerError('CONNECTION_LOST', `the connection to ${name} ended`);
      return Promise.resolve(requests.map((request) => look(host, request)));
    },
    perform: (program, hooks) => Promise.resolve().then(() => perform(host, program, hooks)),
    close: () => Promise.resolve(),
  };
}

function look(host: FakeHost, request: ReadRequest): Reply {
  if (!('argv' in request) || request.argv[0] !== 'cat') return reply(127, '', 'unknown command');
  const text = host.files.get(request.argv[1] ?? '');
  return text === undefined ? reply(1, '', 'No such file or directory') : reply(0, text);
}

function perform(host: FakeHost, program: Program, hooks: ProgramHooks): ProgramResult {
  if (host.lost === true) throw new RunnerError('UNREACHABLE', 'the connection ended; nothing was performed');
  host.meanwhile?.();
  const fresh = program.expect.map((request) => look(host, request));
  const looks = program.expect.map((request, index) => ({ request, reply: fresh[index] ?? reply(1, '') }));
  if (digestOf(looks) !== program.digest && hooks.onDifference(fresh) === 'stop') {
    return { kind: 'stale', replies: fresh };
  }
  const steps: Reply[] = [];
  for (const [index, step] of program.steps.entries()) {
    hooks.onStepStart?.(index);
    const done = act(host, step);
    steps.push(done);
    hooks.onStepDone?.(index, done, 0);
    if (done.code !== 0) return { kind: 'done', steps, proved: [] };
  }
  host.afterwards?.();
  return { kind: 'done', steps, proved: program.prove.map((request) => look(host, request)) };
}

function act(host: FakeHost, step: Step): Reply {
  const what = step.kind === 'write' ? step.path : step.kind === 'run' ? step.argv.join(' ') : step.title;
  if (host.breaksAt !== undefined && what.includes(host.breaksAt)) {
    throw new RunnerError('CONNECTION_LOST', 'the connection ended while a step was under way');
  }
  host.log.push(what);
  if (step.kind === 'write') host.files.set(step.path, step.content);
  if (step.kind === 'run' && step.argv[0] === 'touch') host.files.set(step.argv[1] ?? '', '');
  if (step.kind === 'run' && step.argv[0] === 'rm') host.files.delete(step.argv[1] ?? '');
  return step.kind === 'run' && step.argv[0] === 'false' ? reply(1, '', 'it always fails') : reply(0, 'done');
}

function reply(code: number, stdout: string, stderr = ''): Reply {
  return { code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}
