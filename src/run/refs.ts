import type { Graph, GraphNode, ModuleNode, NodeId } from '../model/graph.js';
import type { NodeRef } from '../model/plan.js';

/** A node as reporters and saved plans know it. */
export function refOf(node: ModuleNode): NodeRef {
  return {
    id: node.id,
    name: node.name,
    module: node.module,
    hosts: node.hosts,
    object: node.object,
    at: `${node.at.file}:${String(node.at.line)}:${String(node.at.column)}`,
  };
}

export function isModuleNode(node: GraphNode): node is ModuleNode {
  return node.kind === 'module';
}

/** Finds the nodes that come before a node on one of its hosts, nearest first. */
export type EarlierNodes = (node: ModuleNode) => readonly ModuleNode[];

export function indexEarlier(graph: Graph): EarlierNodes {
  const place = new Map<NodeId, number>();
  const byHost = new Map<string, ModuleNode[]>();
  for (const [index, node] of graph.nodes.entries()) {
    if (!isModuleNode(node)) continue;
    place.set(node.id, index);
    for (const host of node.hosts) {
      const list = byHost.get(host);
      if (list === undefined) byHost.set(host, [node]);
      else list.push(node);
    }
  }
  return (node) => {
    const before = place.get(node.id) ?? 0;
    const earlier = new Set(node.hosts.flatMap((host) => byHost.get(host) ?? []));
    return [...earlier]
      .filter((other) => (place.get(other.id) ?? 0) < before)
      .sort((left, right) => (place.get(right.id) ?? 0) - (place.get(left.id) ?? 0));
  };
}
