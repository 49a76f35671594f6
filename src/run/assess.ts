import type { Assessment, Change, Refusal } from '../model/change.js';
import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { JsonObject } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import type { HostStep } from '../model/step.js';
import type { SealedAction, SealedModule, SealedStateful } from '../module/define.js';
import type { Member } from '../module/module.js';
import { digestOf, recordingProbe } from '../transport/reader.js';
import type { Recorded, Recording } from '../transport/reader.js';
import { asFailedLook, isLost, lostAmong, membersLeft, troubleOf, watched } from './reach.js';
import type { Failures, Lost } from './reach.js';
import { bind } from './binding.js';
import type { Bound, Known, Provide } from './binding.js';
import type { RunContext } from './context.js';
import { refusalsOfMembers } from './members.js';
import { refOf } from './refs.js';
import { actionResult, skippedResult, stateResult } from './result.js';
import type { HostSession, Sessions } from './session.js';

/** What is known about a node at one moment. */
export interface Assessed {
  readonly node: ModuleNode;
  readonly entry: PlanEntry;
  /** Parameters, as soon as they are known. */
  readonly params?: JsonObject;
  /** What was read on each host, and the epoch of the host at which it was. */
  readonly looks: ReadonlyMap<string, { readonly records: readonly Recorded[]; readonly epoch: number }>;
  readonly provides: readonly string[];
  readonly needs: readonly string[];
  /** False while it waits for something that only apply makes known: it is assessed again at its turn. */
  readonly settled: boolean;
  /** Why it cannot be performed at all. */
  readonly trouble?: Outcome;
  /** What the module made of its look, for `status`. */
  readonly assessment?: Assessment;
  /** What `register` keeps when nothing has to be done. */
  readonly result?: JsonObject;
  /** The results of earlier nodes that it rests on, as they were then. */
  readonly used?: { readonly host: string; readonly results: JsonObject };
}

export interface AssessTools {
  readonly context: RunContext;
  readonly sessions: Sessions;
  readonly provide: Provide;
  /** What was registered on a host so far, as far as a node may rest on it without asking. */
  results(host: string): JsonObject;
}

/**
 * Finds out about one node: evaluates its condition and parameters, looks at its hosts, and describes what would be
 * done. A member of a cluster object whose connection ends meanwhile is one that cannot be reached.
 * @param excluded hosts of a cluster object that cannot take part, with the reason
 */
export async function assess(
  tools: AssessTools,
  node: ModuleNode,
  excluded: ReadonlyMap<string, string> = new Map(),
): Promise<Assessed> {
  const unreachable = new Map(excluded);
  const errors: Lost[] = [];
  for (;;) {
    const hosts = membersLeft(tools.sessions, node, unreachable);
    if (hosts.size === 0) return unreached(node, unreachable, errors);
    // Looks at all of them at once, those included that are still being connected to: so its reads travel with those of
    // the other nodes of each host. What was read of the others is remembered when one turns out to be unreachable.
    const failures = new Map<string, unknown>();
    const assessed = await assessAmong(tools, node, { hosts, unreachable, failures });
    const lost = await lostAmong(hosts, failures);
    if (lost.length === 0) return assessed;
    for (const { host, error } of lost) unreachable.set(host, error.message);
    errors.push(...lost);
  }
}

async function assessAmong(
  tools: AssessTools,
  node: ModuleNode,
  { hosts, unreachable, failures }: Pick<Where, 'unreachable'> & { hosts: Where['sessions']; failures: Failures },
): Promise<Assessed> {
  // Modules of nodes were found in the catalog when the playbook was loaded.
  const module = tools.context.catalog.modules.get(node.module) as Exclude<SealedModule, { kind: 'composite' }>;
  const recordings = new Map<string, Recording>();
  const epochs = new Map<string, number>();
  for (const [host, session] of hosts) {
    const recording = recordingProbe(host, session.looker(node.becomeUser), module.reads);
    recordings.set(host, { ...recording, probe: watched(recording.probe, failures) });
    epochs.set(host, session.epoch);
  }
  const looked = await lookAt(tools, module, node, { recordings, unreachable, sessions: hosts, failures });
  const looks = new Map(
    [...recordings].map(([host, recording]) => [host, { records: recording.records(), epoch: epochs.get(host) ?? 0 }]),
  );
  return { ...blank(node), ...looked, looks, entry: { ...looked.entry, ...readsOf(looks) } };
}

function unreached(node: ModuleNode, unreachable: ReadonlyMap<string, string>, errors: readonly Lost[]): Assessed {
  const [first] = errors;
  const trouble: Outcome =
    first === undefined
      ? { kind: 'skipped', reason: [...unreachable.values()].join('; ') }
      : troubleOf('unreachable', first.error, first.host);
  const entry = { ...entryOf(node, { kind: 'unknown', reason: 'no host of it can be reached' }) };
  return { ...blank(node), entry: { ...entry, unreachable: Object.fromEntries(unreachable) }, trouble };
}

/** A look that failed is shown by the plan like a refusal, and is a failure at the node's turn. */
function failedLook(node: ModuleNode, error: unknown, host: string): Found {
  const failure = asFailedLook(error, node.module);
  const kind = isLost(failure) ? 'unreachable' : 'failed';
  const refusal: Refusal = {
    code: failure.code,
    message: failure.message,
    host,
    ...(failure.help === undefined ? {} : { help: failure.help }),
  };
  const entry = entryOf(node, { kind: 'unknown', reason: 'it could not be read' }, { refusals: [refusal] });
  return { entry, trouble: troubleOf(kind, failure, host), settled: true };
}

interface Where {
  readonly recordings: ReadonlyMap<string, Recording>;
  readonly unreachable: ReadonlyMap<string, string>;
  readonly sessions: ReadonlyMap<string, HostSession>;
  readonly failures: Failures;
}

type Found = Partial<Assessed> & { readonly entry: PlanEntry };

async function lookAt(
  tools: AssessTools,
  module: Exclude<SealedModule, { kind: 'composite' }>,
  node: ModuleNode,
  where: Where,
): Promise<Found> {
  const [first] = where.recordings;
  if (first === undefined) throw new Error(`${node.id} has no host`);
  const [host, { probe }] = first;
  const known: Known = { host, probe, facts: {}, results: tools.results(host) };
  try {
    const bound = await bind(tools.context, tools.provide, node, known);
    const used = { used: { host, results: known.results } };
    if (bound.kind !== 'bound') return { ...notBound(node, bound), ...used };
    const { params } = bound;
    const found =
      module.kind === 'action'
        ? await lookAtAction(module, node, params, where)
        : await lookAtState(module, node, params, where);
    return { ...found, ...used, params };
  } catch (error) {
    const [failing] = [...where.failures].find(([, failure]) => failure === error) ?? [host];
    return failedLook(node, error, failing);
  }
}

function notBound(node: ModuleNode, bound: Exclude<Bound, { kind: 'bound' }>): Found {
  if (bound.kind === 'late') {
    const reason = `needs ${bound.names.join(', ')}, known only during apply`;
    return { entry: entryOf(node, { kind: 'unknown', reason }), settled: false };
  }
  const entry: PlanEntry = { ...entryOf(node, { kind: 'none' }), skipped: 'its condition is false' };
  // Evaluated again at its turn: it costs nothing, and a result that it names may have changed.
  return { entry, settled: false, result: skippedResult };
}

async function lookAtAction(module: SealedAction, node: ModuleNode, params: JsonObject, where: Where): Promise<Found> {
  const [entry] = where.recordings;
  if (entry === undefined) throw new Error(`${node.id} has no host`);
  const [host, { probe }] = entry;
  if (!(await module.needed(params, probe))) {
    return { entry: entryOf(node, { kind: 'none' }), result: actionResult(module, [], params) };
  }
  const steps = module.steps(params).map((step) => ({ ...step, host }));
  const reason = 'what it changes is known only by running it';
  return { entry: entryOf(node, { kind: 'unknown', reason }, { steps }), settled: true };
}

async function lookAtState(module: SealedStateful, node: ModuleNode, params: JsonObject, where: Where): Promise<Found> {
  const assessed = await module.assess(params, membersOf(node, where));
  const relations = { provides: module.provides(params), needs: module.needs(params) };
  if (assessed.kind === 'not-ready') {
    const refusals = [{ code: 'NOT_READY', message: assessed.reason }];
    const entry = entryOf(node, { kind: 'unknown', reason: assessed.reason }, { refusals });
    return { entry, ...relations, settled: false };
  }
  const { change, steps, prior, desired } = assessed.assessment;
  const refusals = [...assessed.assessment.refusals, ...refusalsOfMembers(module, params, change, steps, where)];
  const entry = entryOf(node, change, { steps, refusals });
  const missing = where.unreachable.size === 0 ? {} : { unreachable: Object.fromEntries(where.unreachable) };
  const result = change.kind === 'none' ? { result: stateResult('ok', change, prior, desired) } : {};
  return { entry: { ...entry, ...missing }, ...relations, assessment: assessed.assessment, ...result };
}

function membersOf(node: ModuleNode, { recordings, unreachable, sessions }: Where): ReadonlyMap<string, Member> {
  const members = node.hosts.map((host): readonly [string, Member] => {
    const recording = recordings.get(host);
    if (recording === undefined) return [host, { unreachable: unreachable.get(host) ?? 'not reachable' }];
    return [host, { probe: recording.probe, mayChange: sessions.get(host)?.spec.mayChange ?? false }];
  });
  return new Map(members);
}

function blank(node: ModuleNode): Assessed {
  return { node, entry: entryOf(node, { kind: 'none' }), looks: new Map(), provides: [], needs: [], settled: true };
}

function entryOf(
  node: ModuleNode,
  change: Change,
  more: { readonly steps?: readonly HostStep[]; readonly refusals?: readonly Refusal[] } = {},
): PlanEntry {
  return { node: refOf(node), change, steps: more.steps ?? [], refusals: more.refusals ?? [], reads: {}, digest: '' };
}

function readsOf(looks: Assessed['looks']): Pick<PlanEntry, 'reads' | 'digest'> {
  const entries = [...looks].map(([host, { records }]) => [host, records.map(({ request }) => request)] as const);
  const replies = [...looks.values()].flatMap(({ records }) => records);
  return { reads: Object.fromEntries(entries), digest: digestOf(replies) };
}
