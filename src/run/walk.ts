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

type Ending = Ended & Partial<TurnEnded>;

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
  const withFacts: AssessTools = {
    ...tools,
    provide: (_, known, names) => provideFacts(context.catalog, known, names),
    results: (host) => sessions.get(host)?.results ?? {},
  };
  const visit = async (node: GraphNode): Promise<Ending | undefined> => {
    const before = await Promise.all(node.after.map((edge) => running.get(edge.node) ?? Promise.resolve(undefined)));
    if (!isModuleNode(node)) return undefined;
    const failures = node.after.flatMap(({ node: id, kind }, index) => {
      const ended = before[index];
      const other = nodes.get(id);
      const unmet = kind === 'need' && ended !== undefined && !succeeded(ended) && other?.kind === 'module';
      return unmet ? [other] : [];
    });
    const start = context.clock();
    // A mistake in one module is the failure of its node: the other hosts go on.
    const ended = await visitNode(withFacts, node, failures, survey.get(node.id), options).catch((error: unknown) =>
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
  failures: readonly ModuleNode[],
  ahead: Assessed | undefined,
  { planned, bound }: WalkOptions,
): Promise<Ending> {
  if (ahead === undefined) throw new Error(`${node.id} was not assessed`);
  if (tools.context.signal.aborted) return { ...skipped('the run was interrupted'), interrupted: true };
  const excluded = new Map<string, string>();
  for (const failure of failures) {
    for (const host of failure.hosts) excluded.set(host, `"${failure.name}" did not succeed there`);
  }
  const left = node.hosts.filter((host) => !excluded.has(host));
  const [failure] = failures;
  if (failure !== undefined && left.length === 0) return skipped(`"${failure.name}" did not succeed`);
  // What is shared is not changed behind the back of a member; one host alone has no such members.
  const members = new Map([...excluded].filter(([host]) => node.hosts.includes(host)));
  tools.context.emit({ type: 'node.start', node: node.id });
  return takeTurn(tools, { node, ahead, planned: planned.get(node.id) ?? ahead.entry, bound, excluded: members });
}

/** A node that its own condition skipped counts as done; one that was skipped for another's failure does not. */
function succeeded({ outcome, blocked }: Ended): boolean {
  return outcome.kind === 'ok' || outcome.kind === 'changed' || (outcome.kind === 'skipped' && blocked !== true);
}

function skipped(reason: string): Ended {
  return { outcome: { kind: 'skipped', reason }, result: skippedResult, blocked: true };
}
