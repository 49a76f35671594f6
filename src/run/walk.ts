import type { GraphNode, ModuleNode, NodeId } from '../model/graph.js';
import type { PlanEntry } from '../model/plan.js';
import type { Assessed, AssessTools } from './assess.js';
import { provideFacts } from './binding.js';
import { failed } from './judge.js';
import type { Ended } from './judge.js';
import { asMistake, troubleOf } from './reach.js';
import { isModuleNode } from './refs.js';
import { skippedResult } from './result.js';
import type { Survey } from './survey.js';
import { takeTurn } from './turn.js';
import type { TurnEnded } from './turn.js';

/** How every node ended, in the order of the graph. */
export type Endings = ReadonlyMap<NodeId, Ending>;

/** How one node ended; where it acted is known only when its turn came. */
export type Ending = Ended & Partial<TurnEnded>;

export interface WalkOptions {
  /** What the user was shown, by node. */
  readonly planned: ReadonlyMap<NodeId, PlanEntry>;
  /** Whether the run is bound to a saved plan: then nothing is done that it does not show. */
  readonly bound: boolean;
}

/**
 * Visits every node as soon as what has to come first has ended. A node whose needs did not succeed is skipped; a member
 * of a cluster object whose earlier tasks did not succeed does not take part in it. Nothing else waits.
 */
export async function walk(
  tools: Omit<AssessTools, 'provide' | 'results'>,
  survey: Survey,
  options: WalkOptions,
): Promise<Endings> {
  const { context, sessions } = tools;
  const nodes = new Map(context.graph.nodes.map((node) => [node.id, node]));
  const running = new Map<NodeId, Promise<Ending | undefined>>();
  /** By node: the hosts that have dropped out before it, with what did not succeed there. */
  const dropped = new Map<NodeId, ReadonlyMap<string, ModuleNode>>();
  const withFacts: AssessTools = {
    ...tools,
    provide: (_, known, names) => provideFacts(context.catalog, known, names),
    results: (host) => sessions.get(host)?.results ?? {},
  };
  const visit = async (node: GraphNode): Promise<Ending | undefined> => {
    const before = await Promise.all(node.after.map((edge) => running.get(edge.node) ?? Promise.resolve(undefined)));
    if (!isModuleNode(node)) return undefined;
    const out = new Map<string, ModuleNode>();
    for (const [index, { node: id, kind }] of node.after.entries()) {
      if (kind !== 'need') continue;
      const ended = before[index];
      const other = nodes.get(id);
      // A cluster object that succeeds without a member does not bring that member back.
      for (const [host, cause] of dropped.get(id) ?? []) out.set(host, cause);
      if (ended === undefined || succeeded(ended) || other?.kind !== 'module') continue;
      for (const host of other.hosts) out.set(host, other);
    }
    dropped.set(node.id, out);
    const start = context.clock();
    // A mistake in one module is the failure of its node: the other hosts go on.
    const ended = await visitNode(withFacts, node, out, survey.get(node.id), options).catch((error: unknown) =>
      failed(troubleOf('failed', asMistake(error, node.module), node.hosts.length === 1 ? node.hosts[0] : undefined)),
    );
    for (const host of node.register === undefined ? [] : node.hosts) {
      const session = sessions.get(host);
      if (session !== undefined) session.results = { ...session.results, [node.register ?? '']: ended.result };
    }
    const diverged = ended.diverged === undefined ? {} : { diverged: ended.diverged };
    const seconds = (context.clock() - start) / 1000;
    context.emit({ type: 'node.end', node: node.id, outcome: ended.outcome, seconds, ...diverged });
    return ended;
  };
  // The graph lists nodes after everything that they wait for, so each promise exists when it is awaited.
  for (const node of context.graph.nodes) running.set(node.id, visit(node));
  // All of them end before anything is thrown: what runs on a host is not left alone.
  await Promise.allSettled(running.values());
  const endings = new Map<NodeId, Ending>();
  for (const [id, promise] of running) {
    const ended = await promise;
    if (ended !== undefined) endings.set(id, ended);
  }
  return endings;
}

async function visitNode(
  tools: AssessTools,
  node: ModuleNode,
  out: ReadonlyMap<string, ModuleNode>,
  ahead: Assessed | undefined,
  { planned, bound }: WalkOptions,
): Promise<Ending> {
  if (ahead === undefined) throw new Error(`${node.id} was not assessed`);
  if (tools.context.signal.aborted) return { ...skipped('the run was interrupted'), interrupted: true };
  const causes = node.hosts.flatMap((host) => {
    const cause = out.get(host);
    return cause === undefined ? [] : [[host, cause] as const];
  });
  const [first] = causes;
  if (first !== undefined && causes.length === node.hosts.length) return skipped(`"${first[1].name}" did not succeed`);
  // What is shared is not changed behind the back of a member.
  const excluded = new Map(causes.map(([host, { name }]) => [host, `"${name}" did not succeed there`]));
  tools.context.emit({ type: 'node.start', node: node.id });
  const turn = { node, ahead, planned: planned.get(node.id) ?? ahead.entry, bound, excluded };
  const ended = await takeTurn(tools, turn);
  return excluded.size === 0 ? ended : { ...ended, without: [...excluded.keys()] };
}

/** A node that its own condition skipped counts as done; one that was skipped for another's failure does not. */
function succeeded({ outcome, blocked }: Ended): boolean {
  return outcome.kind === 'ok' || outcome.kind === 'changed' || (outcome.kind === 'skipped' && blocked !== true);
}

function skipped(reason: string): Ended {
  return { outcome: { kind: 'skipped', reason }, result: skippedResult, blocked: true };
}
