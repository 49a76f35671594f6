import type { Graph, ModuleNode } from '../model/graph.js';
import { isJsonObject } from '../model/json.js';
import type { JsonObject } from '../model/json.js';
import type { Text } from '../model/playbook.js';
import type { Catalog } from '../module/define.js';
import { checkJson } from '../schema/check.js';
import type { Env, Evaluated } from '../text/evaluate.js';
import { evaluate, evaluateCondition } from '../text/evaluate.js';
import { factsParam } from '../load/facts.js';
import { envOf } from './vars.js';

/** What is known of a host during the run. */
export interface Live {
  /** Gathered host facts by name. */
  readonly facts: JsonObject;
  /** Registered results by variable name. */
  readonly results: JsonObject;
}

/**
 * Evaluates the parameters of a node for a host and validates them, with defaults filled in. Mistakes carry the place in
 * the playbook. `late` names what is still missing, e.g. `facts.qemu` or `created`.
 */
export function bindParams(graph: Graph, node: ModuleNode, live: Live, catalog: Catalog): Evaluated<JsonObject> {
  const module = catalog.modules.get(node.module);
  if (module === undefined) throw new Error(`the graph was made with another catalog: ${node.module}`);
  const result = evaluate(node.params, liveEnv(graph, node, live, catalog));
  if (result.kind !== 'known') return result;
  const checked = checkJson(result.value, module.params, node.params);
  if (checked.diagnostics.length > 0) return { kind: 'error', diagnostics: checked.diagnostics };
  if (!isJsonObject(checked.value)) throw new Error(`the parameters of ${node.id} are not a map`);
  return { kind: 'known', value: checked.value };
}

/**
 * Evaluates conditions of a node; all of them have to hold. What comes after one that does not hold is not evaluated, so
 * that `when: [defined(x), x > 1]` works.
 */
export function bindConditions(
  graph: Graph,
  node: ModuleNode,
  conditions: readonly Text[],
  live: Live,
  catalog: Catalog,
): Evaluated<boolean> {
  const env = liveEnv(graph, node, live, catalog);
  const late = new Set<string>();
  for (const condition of conditions) {
    const result = evaluateCondition(condition, env);
    if (result.kind === 'error') return result;
    if (result.kind === 'late') for (const name of result.names) late.add(name);
    else if (!result.value) return result;
  }
  return late.size > 0 ? { kind: 'late', names: [...late] } : { kind: 'known', value: true };
}

function liveEnv(graph: Graph, node: ModuleNode, live: Live, catalog: Catalog): Env {
  const scope = graph.scopes[node.scope];
  if (scope === undefined) throw new Error(`the graph has no scope ${node.scope}`);
  const pending = registersBefore(graph).get(node.id) ?? new Set();
  return envOf(scope, { factsShape: factsParam(catalog), facts: live.facts, results: live.results, pending });
}

const registers = new WeakMap<Graph, ReadonlyMap<string, ReadonlySet<string>>>();

/** The names that each node may use as results: those registered on its host by it and by the nodes before it. */
function registersBefore(graph: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const known = registers.get(graph);
  if (known !== undefined) return known;
  const byHost = new Map<string, ReadonlySet<string>>();
  const byNode = new Map<string, ReadonlySet<string>>();
  for (const node of graph.nodes) {
    if (node.kind !== 'module') continue;
    for (const host of node.register === undefined ? [] : node.hosts) {
      byHost.set(host, new Set([...(byHost.get(host) ?? []), node.register ?? '']));
    }
    byNode.set(node.id, byHost.get(node.hosts[0] ?? '') ?? new Set());
  }
  registers.set(graph, byNode);
  return byNode;
}
