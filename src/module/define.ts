import type { Assessment, Change, Pending, Refusal, State } from '../model/change.js';
import type { JsonObject } from '../model/json.js';
import type { StatusNode } from '../model/status.js';
import type { HostStep, Step, StepResult } from '../model/step.js';
import type { Param } from '../schema/param.js';
import type { Probe } from '../transport/probe.js';
import { diff } from './diff.js';
import type { HostFact } from './fact.js';
import type {
  ActionModule,
  ClusterModule,
  CompositeModule,
  Expanded,
  Inspection,
  Look,
  Members,
  Observation,
  ResourceId,
  ResourceModule,
} from './module.js';

/** What the engine makes of a look: an assessment, or the reason why there is none yet. */
export type Assessed =
  | { readonly kind: 'assessed'; readonly assessment: Assessment }
  | { readonly kind: 'not-ready'; readonly reason: string };

interface SealedBase {
  readonly name: string;
  readonly summary: string;
  readonly params: Param<unknown>;
}

/** A module as the registry and the engine hold it: parameters are JSON that was validated against `params`. */
export interface SealedStateful extends SealedBase {
  readonly kind: 'resource' | 'cluster';
  readonly reads: readonly string[];
  readonly rounds: number;
  needs(params: JsonObject): readonly ResourceId[];
  provides(params: JsonObject): readonly ResourceId[];
  /** A `resource` has exactly one member, and it is reachable. */
  assess(params: JsonObject, members: Members): Promise<Assessed>;
  safeWithout(change: Pending, missing: readonly string[], params: JsonObject): boolean;
}

export interface SealedAction extends SealedBase {
  readonly kind: 'action';
  readonly reads: readonly string[];
  needed(params: JsonObject, probe: Probe): Promise<boolean>;
  steps(params: JsonObject): readonly Step[];
  result(results: readonly StepResult[], params: JsonObject): JsonObject;
}

export interface SealedComposite extends SealedBase {
  readonly kind: 'composite';
  expand(params: JsonObject, hosts: readonly string[]): Expanded;
  inspect(params: JsonObject): readonly Inspection[];
  observe(params: JsonObject, observations: readonly Observation[]): StatusNode;
}

export type SealedModule = SealedStateful | SealedAction | SealedComposite;

/** All modules and facts of a run, by name: what playbooks may use. */
export interface Catalog {
  readonly modules: ReadonlyMap<string, SealedModule>;
  readonly facts: ReadonlyMap<string, HostFact>;
}

/** Makes a module of a resource of one host. */
export function defineModule<P, S extends State, Seen>(module: ResourceModule<P, S, Seen>): SealedStateful {
  return sealStateful('resource', {
    ...module,
    read(params, members) {
      const [entry] = members;
      if (members.size !== 1 || entry === undefined || !('probe' in entry[1])) {
        throw new Error(`${module.name} is a resource of one reachable host`);
      }
      return module.read(params, entry[1].probe);
    },
    steps(change, params, seen, members) {
      const [host] = members.keys();
      return module.steps(change, params, seen).map((step) => ({ ...step, host: host ?? '' }));
    },
    safeWithout: () => false,
  });
}

/** Makes a module of a thing that several hosts make up together. */
export function defineClusterModule<P, S extends State, Seen>(module: ClusterModule<P, S, Seen>): SealedStateful {
  return sealStateful('cluster', {
    ...module,
    safeWithout: (change, missing, params) => module.safeWithout?.(change, missing, params) ?? false,
  });
}

/** Makes a module of something that is done, not kept. */
export function defineAction<P>(module: ActionModule<P>): SealedAction {
  return {
    kind: 'action',
    name: module.name,
    summary: module.summary,
    params: module.params,
    reads: module.reads ?? [],
    needed: (params, probe) => module.needed?.(params as P, probe) ?? Promise.resolve(true),
    steps: (params) => module.steps(params as P),
    result: (results, params) => module.result(results, params as P),
  };
}

/** Makes a storage object that expands into nodes of other modules. */
export function defineComposite<P>(module: CompositeModule<P>): SealedComposite {
  return {
    kind: 'composite',
    name: module.name,
    summary: module.summary,
    params: module.params,
    expand: (params, hosts) => module.expand(params as P, hosts),
    inspect: (params) => module.inspect(params as P),
    observe: (params, observations) => module.observe(params as P, observations),
  };
}

interface Stateful<P, S extends State, Seen> extends Omit<ClusterModule<P, S, Seen>, 'steps' | 'safeWithout'> {
  steps(change: Pending<S>, params: P, seen: Seen, members: Members): readonly HostStep[];
  refuse?(change: Change<S>, params: P, seen: Seen): readonly Refusal[];
  safeWithout(change: Pending<S>, missing: readonly string[], params: P): boolean;
}

/**
 * Closes over the types of one module. The casts are right because the engine validates parameters against
 * `module.params` before each call, and hands back only changes that this module's own `diff` made.
 */
function sealStateful<P, S extends State, Seen>(
  kind: SealedStateful['kind'],
  module: Stateful<P, S, Seen>,
): SealedStateful {
  return {
    kind,
    name: module.name,
    summary: module.summary,
    params: module.params,
    reads: module.reads ?? [],
    rounds: module.rounds ?? 1,
    needs: (params) => module.needs?.(params as P) ?? [],
    provides: (params) => module.provides?.(params as P) ?? [],
    async assess(raw, members) {
      const params = raw as P;
      const look: Look<S, Seen> = await module.read(params, members);
      if ('notReady' in look) return { kind: 'not-ready', reason: look.notReady };
      const { state: prior, seen } = look;
      const desired = module.desired(params, prior, seen);
      const change = diff(prior, desired, { sets: module.sets ?? [], replace: module.replace });
      const refusals = module.refuse?.(change, params, seen) ?? [];
      const pending = change.kind === 'none' || change.kind === 'unknown' ? undefined : change;
      const steps = pending === undefined ? [] : module.steps(pending, params, seen, members);
      return { kind: 'assessed', assessment: { change, steps, refusals, prior, desired } };
    },
    safeWithout: (change, missing, params) => module.safeWithout(change as Pending<S>, missing, params as P),
  };
}
