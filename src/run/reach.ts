import { RunnerError } from '../model/errors.js';
import type { Trouble } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { Probe } from '../transport/probe.js';
import { asRunnerError } from './session.js';
import type { HostSession, Sessions } from './session.js';

/** A host that cannot be asked. */
export interface Lost {
  readonly host: string;
  readonly error: RunnerError;
}

/** What looks at each host failed with. */
export type Failures = Map<string, unknown>;

/** The hosts of a node that are not known to be out of reach, in its order. */
export function membersLeft(
  sessions: Sessions,
  node: ModuleNode,
  unreachable: ReadonlyMap<string, string>,
): ReadonlyMap<string, HostSession> {
  const hosts = new Map<string, HostSession>();
  for (const host of node.hosts) {
    const session = sessions.get(host);
    if (session === undefined) throw new Error(`host ${host} of ${node.id} is not in the graph`);
    if (!unreachable.has(host)) hosts.set(host, session);
  }
  return hosts;
}

/** The hosts that could not be connected to, or whose connection ended while they were looked at. */
export async function lostAmong(hosts: ReadonlyMap<string, HostSession>, failures: Failures): Promise<readonly Lost[]> {
  const lost = await Promise.all(
    [...hosts].map(async ([host, session]): Promise<readonly Lost[]> => {
      try {
        await session.connection();
      } catch (error) {
        return [{ host, error: asRunnerError(error, 'UNREACHABLE') }];
      }
      const failure = failures.get(host);
      return isLost(failure) ? [{ host, error: failure }] : [];
    }),
  );
  return lost.flat();
}

/** Notes which host a failed look was about: the error itself does not say. */
export function watched(probe: Probe, failures: Failures): Probe {
  const watch = <T>(promise: Promise<T>): Promise<T> => {
    // A module that has failed already may not wait for this look any more; that must not end the process.
    promise.catch((error: unknown) => failures.set(probe.host, error));
    return promise;
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
