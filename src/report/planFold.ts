import type { NodeRef, PlanEntry } from '../model/plan.js';
import { entryBody } from './planEntry.js';
import type { EntryOptions } from './planEntry.js';
import { wordOf } from './planFacts.js';
import type { Line, View } from './style.js';
import { createStyle } from './style.js';

/** One line of the plan: the same change on several hosts. */
export interface Folded {
  readonly entry: PlanEntry;
  readonly hosts: string[];
  readonly body: readonly Line[];
}

/** A storage object with the entries of it, or tasks that follow each other. */
export interface Place {
  readonly path: readonly string[];
  readonly items: readonly Folded[];
}

/** Brings entries of one object together and makes equal ones of several hosts one. */
export function foldEntries(
  entries: readonly PlanEntry[],
  all: readonly string[],
  options: EntryOptions & View,
): readonly Place[] {
  const placeOf = placesOf(entries);
  const style = createStyle({ ...options, columns: Math.max(20, options.columns - bodyIndent) });
  const places = new Map<number, Map<string, Folded>>();
  for (const entry of byNode(entries)) {
    const body = entryBody(entry, options, style);
    const { node } = entry;
    const place = placeOf(entry);
    const items = places.get(place) ?? new Map<string, Folded>();
    places.set(place, items);
    const key = JSON.stringify([node.name, node.module, node.at, wordOf(entry).symbol, body]);
    const same = items.get(key);
    if (same === undefined) items.set(key, { entry, hosts: [...node.hosts], body });
    else same.hosts.push(...node.hosts);
  }
  const order = new Map(all.map((host, index) => [host, index]));
  return [...places.keys()]
    .sort((left, right) => left - right)
    .map((place) => [...(places.get(place) ?? new Map<string, Folded>()).values()])
    .map((items) => ({
      path: items[0]?.entry.node.object ?? [],
      items: items.map((item) => ({ ...item, hosts: inOrder(item.hosts, order) })),
    }));
}

/** Brings entries of one task on several hosts together, in the order in which tasks come first. */
function byNode(entries: readonly PlanEntry[]): readonly PlanEntry[] {
  const nodes = new Map<string, PlanEntry[]>();
  for (const entry of entries) {
    const same = nodes.get(nodeKey(entry.node));
    if (same === undefined) nodes.set(nodeKey(entry.node), [entry]);
    else same.push(entry);
  }
  return [...nodes.values()].flat();
}

/** The deepest entry stands at 4, its body 6 further. */
const bodyIndent = 10;

function inOrder(hosts: readonly string[], order: ReadonlyMap<string, number>): string[] {
  return [...new Set(hosts)].sort((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0));
}

/**
 * Numbers the places of a plan from top to bottom. Objects stand where their first node runs, whether the entries come
 * host by host or task by task; tasks stay before and after the objects that they run before and after.
 */
function placesOf(entries: readonly PlanEntry[]): (entry: PlanEntry) => number {
  const nodes = new Map<string, string>();
  const tops = new Map<string, number>();
  const places = new Map<string, number>();
  let runs = 0;
  let inTasks = false;
  for (const { node } of entries) {
    const key = nodeKey(node);
    if (nodes.has(key)) continue;
    const isTask = node.object.length === 0;
    if (isTask && !inTasks) runs += 1;
    inTasks = isTask;
    const top = isTask ? `run ${String(runs)}` : JSON.stringify(node.object[0]);
    const place = isTask ? top : JSON.stringify(node.object);
    nodes.set(key, place);
    if (!tops.has(top)) tops.set(top, tops.size);
    if (!places.has(place)) places.set(place, (tops.get(top) ?? 0) * entries.length + places.size);
  }
  return (entry) => places.get(nodes.get(nodeKey(entry.node)) ?? '') ?? 0;
}

function nodeKey(node: NodeRef): string {
  return JSON.stringify([node.object, node.name, node.at]);
}
