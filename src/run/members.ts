import type { Change, Refusal } from '../model/change.js';
import type { JsonObject } from '../model/json.js';
import type { HostStep } from '../model/step.js';
import type { SealedStateful } from '../module/define.js';
import type { HostSession } from './session.js';

/**
 * Membership of a cluster object comes from the playbook. While a member cannot be asked, or may not be changed, nothing
 * cluster-wide is changed unless the module says that this very change is safe without it.
 */
export function refusalsOfMembers(
  module: SealedStateful,
  params: JsonObject,
  change: Change,
  steps: readonly HostStep[],
  where: {
    readonly unreachable: ReadonlyMap<string, string>;
    readonly sessions: ReadonlyMap<string, HostSession>;
  },
): readonly Refusal[] {
  if (change.kind === 'none' || change.kind === 'unknown') return [];
  const outside = [...new Set(steps.map(({ host }) => host))].filter(
    (host) => !(where.sessions.get(host)?.spec.mayChange ?? false),
  );
  const missing = [...where.unreachable.keys()];
  const refusals = outside.map((host) => ({
    code: 'MEMBER_MISSING',
    message: `${host} is part of this and would be changed, but it is outside the limit`,
    help: `leave out --limit, or add ${host} to it`,
    host,
  }));
  if (missing.length === 0 || module.safeWithout(change, missing, params)) return refusals;
  const reasons = missing.map((host) => `${host} (${where.unreachable.get(host) ?? ''})`).join(', ');
  return [
    ...refusals,
    {
      code: 'MEMBER_MISSING',
      message: `this changes something that all its hosts share, and it cannot be done without ${reasons}`,
      help: 'bring the host back, or take it out of the storage in the playbook',
      ...(missing[0] === undefined ? {} : { host: missing[0] }),
    },
  ];
}
