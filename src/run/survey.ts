import type { ModuleNode, NodeId } from '../model/graph.js';
import { assess } from './assess.js';
import type { Assessed, AssessTools } from './assess.js';
import type { RunContext } from './context.js';
import { indexEarlier, isModuleNode } from './refs.js';
import type { EarlierNodes } from './refs.js';
import type { HostSession, Sessions } from './session.js';

/** What was found out about all nodes before anything is changed, by node. */
export type Survey = ReadonlyMap<NodeId, Assessed>;

/**
 * Assesses all nodes ahead: every node whose parameters are known starts reading at once, so that the reads of a host
 * travel together. Nodes that need a result wait for the node that registers it.
 */
export async function survey(context: RunContext, sessions: Sessions): Promise<Survey> {
  const earlier = indexEarlier(context.graph);
  const pending = new Map<NodeId, Promise<Assessed>>();
  const tools: AssessTools = {
    context,
    sessions,
    provide: (node, session, names) => provideAhead({ context, earlier, pending }, node, session, names),
  };
  for (const node of context.graph.nodes) {
    if (isModuleNode(node)) pending.set(node.id, assessAhead(tools, node, earlier, pending));
  }
  const assessed = await Promise.all(pending.values());
  for (const { entry } of assessed) context.emit({ type: 'node.assessed', entry });
  return new Map(assessed.map((one) => [one.node.id, one]));
}

interface Ahead {
  readonly context: RunContext;
  readonly earlier: EarlierNodes;
  readonly pending: ReadonlyMap<NodeId, Promise<Assessed>>;
}

/** Makes names known before anything is performed: facts, and results of nodes that have nothing to do. */
async function provideAhead(
  { context, earlier, pending }: Ahead,
  node: ModuleNode,
  session: HostSession,
  names: readonly string[],
): Promise<boolean> {
  if (await gatherNamed(context, session, node, names)) return true;
  const wanted = names.map(rootOf).filter((name) => name !== 'facts' && !(name in session.results));
  const sources = earlier(node).filter(
    (other) =>
      other.register !== undefined && wanted.includes(other.register) && other.hosts.includes(session.spec.name),
  );
  let learned = false;
  for (const name of wanted) {
    const source = sources.find((other) => other.register === name);
    const result = source === undefined ? undefined : (await pending.get(source.id))?.result;
    if (result === undefined) continue;
    session.results = { ...session.results, [name]: result };
    learned = true;
  }
  return learned;
}

/** Gathers the facts among late names. Tells whether any was not known before. */
export async function gatherNamed(
  context: RunContext,
  session: HostSession,
  node: ModuleNode,
  names: readonly string[],
): Promise<boolean> {
  const facts = names
    .filter((name) => rootOf(name) === 'facts')
    .flatMap((name) => {
      const fact = name.split('.')[1];
      // `facts` as a whole means all of them.
      return fact === undefined ? [...context.catalog.facts.keys()] : [fact];
    });
  const unknown = facts.filter((fact) => !(fact in session.facts));
  if (unknown.length === 0) return false;
  await session.gather(unknown, node.becomeUser, context.catalog);
  return true;
}

function rootOf(name: string): string {
  return name.split('.')[0] ?? name;
}

/**
 * A resource that is not ready, or that refuses, while an earlier node is going to change what it needs, is neither: it
 * is known only during apply.
 */
async function assessAhead(
  tools: AssessTools,
  node: ModuleNode,
  earlier: EarlierNodes,
  pending: ReadonlyMap<NodeId, Promise<Assessed>>,
): Promise<Assessed> {
  const assessed = await assess(tools, node);
  const module = tools.context.catalog.modules.get(node.module);
  const blocked = assessed.entry.refusals.length > 0 && assessed.trouble === undefined;
  if (!blocked || assessed.params === undefined || module === undefined || !('needs' in module)) return assessed;
  const needs = module.needs(assessed.params);
  for (const other of earlier(node)) {
    const provider = await pending.get(other.id);
    if (provider === undefined || !changesAny(provider, needs)) continue;
    const reason = `depends on "${other.name}", which comes first`;
    const entry = { ...assessed.entry, change: { kind: 'unknown', reason } as const, steps: [], refusals: [] };
    return { ...assessed, entry, settled: false };
  }
  return assessed;
}

function changesAny(provider: Assessed, needs: readonly string[]): boolean {
  return provider.entry.change.kind !== 'none' && needs.some((need) => provider.provides.includes(need));
}
