import type { Assessment, Change, Pending, Refusal, State } from '../model/change.js';
import type { JsonObject } from '../model/json.js';
import type { StatusNode } from '../model/status.js';
import type { HostStep, Step, StepResult } from '../model/step.js';
import type { Param } from '../schema/param.js';
import type { Fact, Probe } from '../transport/probe.js';

/** Names a thing that a node provides and another needs, on the same host: `path:/home/images`. */
export type ResourceId = string;

/**
 * What a module saw. `seen` is private to it (ids, tools found): not compared, handed back to `desired`, `steps` and
 * `refuse`. `notReady` says what is missing when the state cannot be told yet.
 */
export type Look<S extends State, Seen> =
  { readonly state: S | null; readonly seen: Seen } | { readonly notReady: string };

/** Why a difference cannot be reached by an update, e.g. `the size of a block cannot be changed`. */
export type Replace<S extends State> = (prior: S, desired: S) => string | undefined;

interface Described<P> {
  /** As written in a task: `external_volume`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly params: Param<P>;
}

interface Compared<P, S extends State, Seen> extends Described<P> {
  /** Programs (`tool` or `tool subcommand`) that its probe may run besides the read-only table. */
  readonly reads?: readonly string[];
  /** How often reading and steps may alternate until no difference is left; 1 unless said. */
  readonly rounds?: number;
  /** Fields whose lists are sets: their order does not matter. */
  readonly sets?: readonly string[];
  needs?(params: P): readonly ResourceId[];
  provides?(params: P): readonly ResourceId[];
  /** Pure. A field left out is not managed; null = shall not exist. */
  desired(params: P, prior: S | null, seen: Seen): S | null;
  replace?: Replace<S>;
}

/** A resource of one host. */
export interface ResourceModule<P, S extends State, Seen> extends Compared<P, S, Seen> {
  /** Looks, never touches. Throws when it cannot tell: a failed look is never an absence. */
  read(params: P, probe: Probe): Promise<Look<S, Seen>>;
  /** Pure: what to do, in order. */
  steps(change: Pending<S>, params: P, seen: Seen): readonly Step[];
  /** Pure guards that protect data; shown by `plan`, enforced by `apply`. */
  refuse?(change: Change<S>, params: P, seen: Seen): readonly Refusal[];
}

/**
 * A host of a cluster object, or why it cannot be asked. A host that may not be changed (it is outside `--limit`) is only
 * looked at: what concerns it alone belongs neither to the state nor to the steps.
 */
export type Member = { readonly probe: Probe; readonly mayChange: boolean } | { readonly unreachable: string };
export type Members = ReadonlyMap<string, Member>;

/** One thing that several hosts make up: read from all members, changed by steps that name their host. */
export interface ClusterModule<P, S extends State, Seen> extends Compared<P, S, Seen> {
  read(params: P, members: Members): Promise<Look<S, Seen>>;
  steps(change: Pending<S>, params: P, seen: Seen): readonly HostStep[];
  refuse?(change: Change<S>, params: P, seen: Seen): readonly Refusal[];
  /** Whether this change may be made while `missing` hosts cannot take part. Refused with MEMBER_MISSING unless true. */
  safeWithout?(change: Pending<S>, missing: readonly string[], params: P): boolean;
}

/** Something that is done, not kept: command, restart. A plan can only say `?` about its effect. */
export interface ActionModule<P> extends Described<P> {
  readonly reads?: readonly string[];
  /** False = nothing to do (`creates` exists). Absent: always done. */
  needed?(params: P, probe: Probe): Promise<boolean>;
  steps(params: P): readonly Step[];
  /** What `register` keeps, from the results of the steps that ran. */
  result(results: readonly StepResult[], params: P): JsonObject;
}

/** A node that a composite expands into. */
export interface ExpandedNode {
  /** Unique in the object; the composite finds the node again by it. */
  readonly key: string;
  readonly name: string;
  readonly module: string;
  readonly params: JsonObject;
  /** Per host: one node each. Together: one node of a cluster module over all of them. */
  readonly hosts: readonly string[];
  readonly together: boolean;
  /**
   * Parameters whose value is only known during the run, by JSON pointer into `params`:
   * `{ '/when_creating/owner': '{{ facts.qemu.user }}' }`. The graph puts a template there, adding the last key of the
   * pointer where it is missing; a value that is exactly one expression keeps its type, `null` included. Text in
   * `params` itself is never read as a template.
   */
  readonly templates?: Readonly<Record<string, string>>;
  /** Keys of nodes of this object that have to succeed before it, on the same hosts. */
  readonly needs?: readonly string[];
  /** JSON pointer into the composite's parameters to what it stands for; mistakes are shown there. */
  readonly pointer: string;
  /** The part of the storage it belongs to, for people: `External volume "nfs"`. */
  readonly part?: string;
}

export interface ExpandProblem {
  readonly code: 'CONFLICT' | 'NOT_SHARED' | 'DUPLICATE_NAME' | 'UNKNOWN_HOST';
  readonly message: string;
  readonly pointer: string;
  readonly help?: string;
}

/** A directory that a part of a storage object has for itself. */
export interface OwnDirectory {
  readonly path: string;
  /** What has it, for people: `volume "nfs"`. */
  readonly owner: string;
  /** JSON pointer to the parameter that names it; mistakes are shown there. */
  readonly pointer: string;
}

/** What a storage object consists of. */
export interface Expanded {
  readonly nodes: readonly ExpandedNode[];
  readonly problems: readonly ExpandProblem[];
  /** No two on a host may be the same or lie in each other, whichever object they belong to. */
  readonly directories?: readonly OwnDirectory[];
}

/** What `observe` gets for one expanded node on one host (cluster nodes: the same for each member). */
export type Observed =
  | { readonly kind: 'assessed'; readonly assessment: Assessment }
  | { readonly kind: 'unreachable' | 'failed' | 'unknown'; readonly message: string };

/** A read-only look that only `status` needs: space, files. */
export interface Inspection {
  readonly key: string;
  readonly fact: Fact<unknown>;
  readonly args: readonly string[];
}

export interface Observation {
  readonly host: string;
  /** By the key of the expanded node. */
  readonly nodes: Readonly<Record<string, Observed>>;
  /** By the key of the inspection; `error` when it failed or took too long. */
  readonly inspections: Readonly<Record<string, { readonly value: unknown } | { readonly error: string }>>;
}

/** A storage object: expands into nodes of ordinary modules, and is shown by `status`. Both are pure. */
export interface CompositeModule<P> extends Described<P> {
  /** Values that are only known later arrive as opaque strings in parameters that are declared `late`. */
  expand(params: P, hosts: readonly string[]): Expanded;
  inspect(params: P): readonly Inspection[];
  observe(params: P, observations: readonly Observation[]): StatusNode;
}
