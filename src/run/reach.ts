import { RunnerError } from '../model/errors.js';
import type { Trouble } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { Probe } from '../transport/probe.js';
import { asRunnerError } from './session.js';
import type { HostSession, Sessions } from './session.js';

/** The hosts of a node that can be asked, in its order, and why the others cannot. */
export interface Reached {
  readonly hosts: ReadonlyMap<string, HostSession>;
  readonly unreachable: ReadonlyMap<string, string>;
  readonly errors: readonly { readonly host: string; readonly error: RunnerError }[];
}

/**
 * Connects to the hosts of a node.
 * @param excluded hosts that cannot take part, with the reason
 * @param lost hosts whose connection ended while they were looked at
 */
export async function reach(
  sessions: Sessions,
  node: ModuleNode,
  excluded: ReadonlyMap<string, string>,
  lost: ReadonlyMap<string, RunnerError>,
): Promise<Reached> {
  const hosts = new Map<string, HostSession>();
  const errors = [...lost].map(([host, error]) => ({ host, error }));
  const unreachable = new Map([...excluded, ...[...lost].map(([host, error]) => [host, error.message] as const)]);
  await Promise.all(
    node.hosts.map(async (host) => {
      const session = sessions.get(host);
      if (session === undefined) throw new Error(`host ${host} of ${node.id} is not in the graph`);
      if (unreachable.has(host)) return;
      try {
        await session.connection();
      } catch (error) {
        const failure = asRunnerError(error, 'UNREACHABLE');
        errors.push({ host, error: failure });
        unreachable.set(host, failure.message);
      }
    }),
  );
  // In the order of the node's hosts, whatever the order in which they answered.
  for (const host of node.hosts) {
    const session = sessions.get(host);
    if (session !== undefined && !unreachable.has(host)) hosts.set(host, session);
  }
  return { hosts, unreachable, errors };
}

/** Tells which host a failed look was about: the error itself does not say. */
export function watched(probe: Probe, onError: (error: unknown) => void): Probe {
  const watch = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      onError(error);
      throw error;
    }
  };
  return {
    host: probe.host,
    run: (argv, options) => watch(probe.run(argv, options)),
    readFile: (path, options) => watch(probe.readFile(path, options)),
    fact: (fact, args, options) => watch(probe.fact(fact, args, options)),
  };
}

/** Whether a look failed because its host cannot be asked any more. */
export function isLost(error: unknown): error is RunnerError {
  return error instanceof RunnerError && (error.code === 'CONNECTION_LOST' || error.code === 'UNREACHABLE');
}

/** An outcome of a failure. @param host the host that it is about; absent = all of the node */
export function troubleOf<K extends 'unreachable' | 'failed' | 'unknown'>(
  kind: K,
  { code, message, help }: RunnerError,
  host: string | undefined,
): Trouble<K> {
  return { kind, code, message, ...(host === undefined ? {} : { host }), ...(help === undefined ? {} : { help }) };
}

/** What a module throws when it cannot tell the state, as an error with a code. */
export function asFailedLook(error: unknown, module: string): RunnerError {
  if (error instanceof RunnerError) return error;
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
    return asMistake(error, module);
  }
  return new RunnerError('READ_FAILED', error instanceof Error ? error.message : String(error), { cause: error });
}

/** What nobody expected, with the place where it was thrown. */
export function asMistake(error: unknown, module: string): RunnerError {
  if (error instanceof RunnerError) return error;
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const place = error instanceof Error ? (/^ +at (.*)$/m.exec(error.stack ?? '')?.[1] ?? '') : '';
  const message = `a mistake in the module ${module} or in stowage itself: ${words}${place === '' ? '' : ` at ${place}`}`;
  return new RunnerError('INTERNAL', message, { cause: error, help: 'please report it' });
}
