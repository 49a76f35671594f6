import { RunnerError } from '../model/errors.js';
import type { HostTarget } from '../model/graph.js';
import type { Connect } from './connection.js';
import { HostConnection } from './hostConnection.js';
import { defaultLimits } from './limits.js';
import type { Limits } from './limits.js';
import { localLink } from './local.js';
import { sshLink } from './ssh.js';

/**
 * Gives the function that opens connections to these hosts. Its signal ends an attempt to connect; it does not close a
 * connection that was made.
 * @param targets by host name
 */
export function createConnect(targets: Readonly<Record<string, HostTarget>>, limits: Limits = defaultLimits): Connect {
  return async (host, signal) => {
    const target = targets[host];
    if (target === undefined) throw new Error(`the host ${host} has no target`);
    if (signal.aborted) throw new RunnerError('UNREACHABLE', `connecting to ${host} was interrupted`);
    const link = target.kind === 'local' ? localLink() : await sshLink(target, signal);
    return new HostConnection(host, link, target.user, limits);
  };
}
