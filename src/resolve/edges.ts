import type { Edge, NodeId } from '../model/graph.js';

/**
 * The order of nodes on each host while a graph is built.
 *
 * - A task needs what came before it on its hosts.
 * - Storage objects that stand together only wait for each other; each needs what came before all of them.
 * - What follows needs all of them. A play waits for the end of the play before it, whatever its result.
 */
export interface Ordering {
  /** Edges of a task over these hosts; it is what later nodes of them need. */
  task(id: NodeId, hosts: readonly string[]): readonly Edge[];
  /** Edges of a node of a storage object. @param needs nodes of the same object that have to succeed */
  part(id: NodeId, hosts: readonly string[], needs: readonly Needed[]): readonly Edge[];
  /** Ends a run of storage objects. */
  endObjects(): void;
  /** What the barrier at the end of a play waits for; empty when the play had no nodes. */
  endPlay(): readonly Edge[];
  /** Lets all later nodes wait for a barrier. */
  startPlay(barrier: NodeId, hosts: readonly string[]): void;
}

/** A node of the same storage object that has to succeed, with the hosts that it is on. */
export interface Needed {
  readonly id: NodeId;
  readonly hosts: readonly string[];
}

interface Block {
  /** The nodes of the host that nothing else in the block needs. */
  readonly ends: Set<NodeId>;
  last: NodeId;
}

export function createOrdering(): Ordering {
  const before = new Map<string, readonly Edge[]>();
  const blocks = new Map<string, Block>();
  const touched = new Set<string>();

  function endObjects(): void {
    for (const [host, block] of blocks) {
      before.set(
        host,
        [...block.ends].map((node) => ({ node, kind: 'need' })),
      );
    }
    blocks.clear();
  }

  return {
    endObjects,
    task(id, hosts) {
      endObjects();
      const edges = merge(hosts.flatMap((host) => before.get(host) ?? []));
      for (const host of hosts) {
        before.set(host, [{ node: id, kind: 'need' }]);
        touched.add(host);
      }
      return edges;
    },
    part(id, hosts, needs) {
      const edges: Edge[] = needs.map((needed) => ({ node: needed.id, kind: 'need' }));
      for (const host of hosts) {
        touched.add(host);
        // What a needed node needs itself is not said again.
        if (!needs.some((needed) => needed.hosts.includes(host))) edges.push(...(before.get(host) ?? []));
        const block = blocks.get(host);
        if (block === undefined) blocks.set(host, { ends: new Set([id]), last: id });
        else {
          edges.push({ node: block.last, kind: 'order' });
          for (const needed of needs) block.ends.delete(needed.id);
          block.ends.add(id);
          block.last = id;
        }
      }
      return merge(edges);
    },
    endPlay() {
      endObjects();
      const edges = merge([...touched].flatMap((host) => before.get(host) ?? []));
      touched.clear();
      return edges.map(({ node }) => ({ node, kind: 'order' }));
    },
    startPlay(barrier, hosts) {
      for (const host of hosts) {
        const needs = (before.get(host) ?? []).filter(({ kind }) => kind === 'need');
        before.set(host, [...needs, { node: barrier, kind: 'order' }]);
      }
    },
  };
}

/** Each node once; needing it says more than waiting for it. */
function merge(edges: readonly Edge[]): readonly Edge[] {
  const kinds = new Map<NodeId, Edge['kind']>();
  for (const { node, kind } of edges) if (kinds.get(node) !== 'need') kinds.set(node, kind);
  return [...kinds].map(([node, kind]) => ({ node, kind }));
}
