import type { JsonObject } from '../model/json.js';
import type { Catalog } from '../module/define.js';
import type { Graph, ModuleNode } from '../model/graph.js';
import type { Text } from '../model/playbook.js';
import type { Evaluated } from '../text/evaluate.js';

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
export declare function bindParams(graph: Graph, node: ModuleNode, live: Live, catalog: Catalog): Evaluated<JsonObject>;

/** Evaluates conditions of a node; all of them have to hold. */
export declare function bindConditions(
  graph: Graph,
  node: ModuleNode,
  conditions: readonly Text[],
  live: Live,
  catalog: Catalog,
): Evaluated<boolean>;
