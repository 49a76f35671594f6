import type { ModuleNode, NodeId } from '../model/graph.js';
import type { Json } from '../model/json.js';
import type { Catalog } from '../module/define.js';
import { assess } from './assess.js';
import type { Assessed, AssessTools } from './assess.js';
import { provideFacts } from './binding.js';
import type { Provide } from './binding.js';
import type { RunContext } from './context.js';
import { indexEarlier, isModuleNode } from './refs.js';
import type { EarlierNodes } from './refs.js';
import type { Sessions } from './session.js';

/** What was found out about all nodes before anything is changed, by node. */
export type Survey = ReadonlyMap<NodeId, Assessed>;

type Pending = ReadonlyMap<NodeId, Promise<Assessed>>;

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
    provide: provideAhead(context.catalog, earlier, pending),
    results: () => ({}),
  };
  for (const node of context.graph.nodes) {
    if (isModuleNode(node)) pending.set(node.id, assessAhead(tools, node, earlier, pending));
  }
  const assessed = await Promise.all(pending.values());
  for (const { entry } of assessed) context.emit({ type: 'node.assessed', entry });
  return new Map(assessed.map((one) => [one.node.id, one]));
}

/**
 * Makes names known before anything is performed: facts, and results of nodes that have nothing to do. A name may be
 * registered more than once: what counts is the nearest node before this one.
 */
function provideAhead(catalog: Catalog, earlier: EarlierNodes, pending: Pending): Provide {
  return async (node, known, names) => {
    if (await provideFacts(catalog, known, names)) return true;
    const wanted = names.filter((name) => name !== 'facts' && !Object.hasOwn(known.results, name));
    if (wanted.length === 0) return false;
    const sources = earlier(node).filter(({ hosts }) => hosts.includes(known.host));
    const learned: Record<string, Json> = {};
    for (const name of wanted) {
      const source = sources.find(({ register }) => register === name);
      const result = source === undefined ? undefined : (await pending.get(source.id))?.result;
      if (result !== undefined) learned[name] = result;
    }
    known.results = { ...known.results, ...learned };
    return Object.keys(learned).length > 0;
  };
}

/**
 * A resource that is not ready, or that refuses, while an earlier node is going to change what it needs, is neither: it
 * is known only during apply.
 */
async function assessAhead(
  tools: AssessTools,
  node: ModuleNode,
  earlier: EarlierNodes,
  pending: Pending,
): Promise<Assessed> {
  const assessed = await assess(tools, node);
  const blocked = assessed.entry.refusals.length > 0 && assessed.trouble === undefined;
  if (!blocked || assessed.needs.length === 0) return assessed;
  for (const other of earlier(node)) {
    const provider = await pending.get(other.id);
    if (provider === undefined || !changesAny(provider, assessed.needs)) continue;
    const reason = `depends on "${other.name}", which comes first`;
    const entry = { ...assessed.entry, change: { kind: 'unknown', reason } as const, steps: [], refusals: [] };
    return { ...assessed, entry, settled: false };
  }
  return assessed;
}

function changesAny(provider: Assessed, needs: readonly string[]): boolean {
  return provider.entry.change.kind !== 'none' && needs.some((need) => provider.provides.includes(need));
}
