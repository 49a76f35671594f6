import type { Assessment, Change, Refusal } from '../model/change.js';
import { RunnerError } from '../model/errors.js';
import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { JsonObject } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import type { HostStep } from '../model/step.js';
import type { SealedAction, SealedModule, SealedStateful } from '../module/define.js';
import type { Member } from '../module/module.js';
import { bindConditions, bindParams } from '../resolve/bind.js';
import type { Evaluated } from '../text/evaluate.js';
import { digestOf, recordingProbe } from '../transport/reader.js';
import type { Recorded, Recording } from '../transport/reader.js';
import type { RunContext } from './context.js';
import { refusalsOfMembers } from './members.js';
import { refOf } from './refs.js';
import { actionResult, skippedResult, stateResult } from './result.js';
import { asRunnerError } from './session.js';
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
  /** False while it waits for something that only apply makes known: it is assessed again at its turn. */
  readonly settled: boolean;
  /** Why it cannot be performed at all. */
  readonly trouble?: Outcome;
  /** What the module made of its look, for `status`. */
  readonly assessment?: Assessment;
  /** What `register` keeps when nothing has to be done. */
  readonly result?: JsonObject;
}

export interface AssessTools {
  readonly context: RunContext;
  readonly sessions: Sessions;
  /** Makes late names known: gathers facts, waits for results. Tells whether anything new is known now. */
  provide(node: ModuleNode, session: HostSession, names: readonly string[]): Promise<boolean>;
}

/**
 * Finds out about one node: evaluates its condition and parameters, looks at its hosts, and describes what would be
 * done.
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
    const assessed = await assessAmong(tools, node, hosts, unreachable);
    const lost = await lostAmong(hosts);
    if (lost.length === 0) return assessed;
    for (const { host, error } of lost) unreachable.set(host, error.message);
    errors.push(...lost);
  }
}

async function assessAmong(
  tools: AssessTools,
  node: ModuleNode,
  hosts: ReadonlyMap<string, HostSession>,
  unreachable: ReadonlyMap<string, string>,
): Promise<Assessed> {
  const [first] = hosts.values();
  if (first === undefined) throw new Error(`${node.id} has no host`);
  const bound = await bind(tools, node, first);
  if (bound.kind !== 'bound') return { ...blank(node), ...bound.assessed };
  const { params } = bound;
  // Modules of nodes were found in the catalog when the playbook was loaded.
  const module = tools.context.catalog.modules.get(node.module) as Exclude<SealedModule, { kind: 'composite' }>;
  const recordings = new Map<string, Recording>();
  const epochs = new Map<string, number>();
  for (const [host, session] of hosts) {
    recordings.set(host, recordingProbe(host, session.looker(node.becomeUser), module.reads));
    epochs.set(host, session.epoch);
  }
  const looked = await look(module, node, params, { recordings, unreachable, sessions: hosts });
  const looks = new Map(
    [...recordings].map(([host, recording]) => [host, { records: recording.records(), epoch: epochs.get(host) ?? 0 }]),
  );
  return { ...blank(node), ...looked, params, looks, entry: { ...looked.entry, ...readsOf(looks) } };
}

interface Lost {
  readonly host: string;
  readonly error: RunnerError;
}

/** In the order of the node's hosts. */
function membersLeft(
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

async function lostAmong(hosts: ReadonlyMap<string, HostSession>): Promise<readonly Lost[]> {
  const lost = await Promise.all(
    [...hosts].map(async ([host, session]): Promise<readonly Lost[]> => {
      try {
        await session.connection();
        return [];
      } catch (error) {
        return [{ host, error: asRunnerError(error, 'UNREACHABLE') }];
      }
    }),
  );
  return lost.flat();
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

export function troubleOf(kind: 'unreachable' | 'failed' | 'unknown', error: RunnerError, host: string): Outcome {
  const help = error.help === undefined ? {} : { help: error.help };
  return { kind, code: error.code, message: error.message, host, ...help };
}

type Bound =
  | { readonly kind: 'bound'; readonly params: JsonObject }
  | { readonly kind: 'not'; readonly assessed: Partial<Assessed> };

/** Evaluates condition and parameters with what is known, and makes known what can be. */
async function bind(tools: AssessTools, node: ModuleNode, session: HostSession): Promise<Bound> {
  const { graph, catalog } = tools.context;
  try {
    const holds = await settle(tools, node, session, () => bindConditions(graph, node, node.when, session, catalog));
    if (holds.kind !== 'known') return notBound(node, session, holds);
    if (!holds.value) {
      const entry: PlanEntry = { ...entryOf(node, { kind: 'none' }), skipped: 'its condition is false' };
      // Evaluated again at its turn: it costs nothing, and a result that it names may have changed.
      return { kind: 'not', assessed: { entry, settled: false, result: skippedResult } };
    }
    const params = await settle(tools, node, session, () => bindParams(graph, node, session, catalog));
    if (params.kind !== 'known') return notBound(node, session, params);
    return { kind: 'bound', params: params.value };
  } catch (error) {
    return { kind: 'not', assessed: failedLook(node, error, session.spec.name) };
  }
}

async function settle<T>(
  tools: AssessTools,
  node: ModuleNode,
  session: HostSession,
  evaluateNow: () => Evaluated<T>,
): Promise<Evaluated<T>> {
  for (;;) {
    const evaluated = evaluateNow();
    if (evaluated.kind !== 'late') return evaluated;
    if (!(await tools.provide(node, session, evaluated.names))) return evaluated;
  }
}

function notBound(
  node: ModuleNode,
  session: HostSession,
  evaluated: Exclude<Evaluated<unknown>, { kind: 'known' }>,
): Bound {
  if (evaluated.kind === 'late') {
    const reason = `needs ${evaluated.names.join(', ')}, known only during apply`;
    return { kind: 'not', assessed: { entry: entryOf(node, { kind: 'unknown', reason }), settled: false } };
  }
  const message = evaluated.diagnostics
    .map(({ at, message }) => `${at.file}:${String(at.line)}:${String(at.column)}: ${message}`)
    .join('\n');
  return { kind: 'not', assessed: failedLook(node, new RunnerError('BAD_PARAMETERS', message), session.spec.name) };
}

/** A look that failed is shown by the plan like a refusal, and is a failure at the node's turn. */
function failedLook(node: ModuleNode, error: unknown, host: string): Partial<Assessed> & { readonly entry: PlanEntry } {
  const failure =
    error instanceof RunnerError
      ? error
      : new RunnerError('READ_FAILED', error instanceof Error ? error.message : String(error), { cause: error });
  const kind = failure.code === 'CONNECTION_LOST' || failure.code === 'UNREACHABLE' ? 'unreachable' : 'failed';
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
}

async function look(
  module: Exclude<SealedModule, { kind: 'composite' }>,
  node: ModuleNode,
  params: JsonObject,
  where: Where,
): Promise<Partial<Assessed> & { readonly entry: PlanEntry }> {
  try {
    return module.kind === 'action'
      ? await lookAtAction(module, node, params, where)
      : await lookAtState(module, node, params, where);
  } catch (error) {
    const [host] = where.recordings.keys();
    return failedLook(node, error, host ?? '');
  }
}

async function lookAtAction(
  module: SealedAction,
  node: ModuleNode,
  params: JsonObject,
  where: Where,
): Promise<Partial<Assessed> & { readonly entry: PlanEntry }> {
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

async function lookAtState(
  module: SealedStateful,
  node: ModuleNode,
  params: JsonObject,
  where: Where,
): Promise<Partial<Assessed> & { readonly entry: PlanEntry }> {
  const assessed = await module.assess(params, membersOf(node, where));
  const provides = module.provides(params);
  if (assessed.kind === 'not-ready') {
    const refusals = [{ code: 'NOT_READY', message: assessed.reason }];
    const entry = entryOf(node, { kind: 'unknown', reason: assessed.reason }, { refusals });
    return { entry, provides, settled: false };
  }
  const { change, steps, prior, desired } = assessed.assessment;
  const refusals = [...assessed.assessment.refusals, ...refusalsOfMembers(module, params, change, steps, where)];
  const entry = entryOf(node, change, { steps, refusals });
  const missing = where.unreachable.size === 0 ? {} : { unreachable: Object.fromEntries(where.unreachable) };
  const result = change.kind === 'none' ? { result: stateResult('ok', change, prior, desired) } : {};
  return { entry: { ...entry, ...missing }, provides, assessment: assessed.assessment, ...result };
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
  return { node, entry: entryOf(node, { kind: 'none' }), looks: new Map(), provides: [], settled: true };
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
