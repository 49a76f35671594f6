import type { Diagnostic } from '../model/diagnostic.js';
import type { Inventory, InventoryGroup, InventoryHost, VarLayer } from '../model/inventory.js';
import type { Span } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import type { FolderVars, NamedLayers } from './groupVars.js';
import type { Draft, DraftGroup } from './inventoryDraft.js';
import { didYouMean, problem } from './problem.js';

/** Adds what follows from the files: every top group is a child of `all`, hosts of no group are in `ungrouped`. */
export function completeGroups(draft: Draft): void {
  const { groups, hosts, diagnostics } = draft;
  for (const group of groups.values()) {
    for (const [child, at] of group.children) {
      if (child === 'all') {
        const chain = group.name === 'all' ? 'all > all' : `all > ${group.name} > all`;
        diagnostics.push(problem('GROUP_CYCLE', at, `groups contain each other: ${chain}`));
        group.children.delete(child);
      }
      if (groups.get(child)?.defined !== false) continue;
      diagnostics.push(undefinedGroup(child, at, draft));
      group.children.delete(child);
    }
  }
  for (const group of [...groups.values()]) if (!group.defined) groups.delete(group.name);
  diagnostics.push(...cutCycles(groups));
  const grouped = new Set(
    [...groups.values()].filter(({ name }) => name !== 'all').flatMap(({ hosts: of }) => [...of]),
  );
  const all = groups.get('all');
  const ungrouped = groups.get('ungrouped');
  for (const host of hosts.keys()) {
    all?.hosts.add(host);
    if (!grouped.has(host)) ungrouped?.hosts.add(host);
  }
  const childNames = new Set([...groups.values()].flatMap((group) => [...group.children.keys()]));
  for (const group of groups.values()) {
    if (group !== all && !childNames.has(group.name)) all?.children.set(group.name, group.at);
    if (hosts.has(group.name)) {
      diagnostics.push(problem('DUPLICATE_NAME', group.at, `"${group.name}" is the name of a group and of a host`));
    }
  }
}

function undefinedGroup(child: string, at: Span, draft: Draft): Diagnostic {
  if (draft.hosts.has(child)) {
    return problem('UNKNOWN_HOST', at, `"${child}" is a host, not a group`, 'name it under hosts');
  }
  const defined = [...draft.groups.values()].filter((group) => group.defined).map((group) => group.name);
  const help = didYouMean(suggest(child, defined)) ?? `define it: "${child}: { hosts: … }"`;
  return problem('UNKNOWN_HOST', at, `the group "${child}" is not defined`, help);
}

/** Everything that walks down the groups recurses; nobody nests them deeper. */
const deepest = 100;

/**
 * Finds groups that contain each other or nest too deeply, shows each circle once as a chain, and cuts both so that
 * loading can go on.
 */
function cutCycles(groups: ReadonlyMap<string, DraftGroup>): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  /** Levels from each group down to the lowest one below it. */
  const levels = new Map<string, number>();
  const path: string[] = [];
  let tooDeep: Span | undefined;
  function visit(group: DraftGroup): void {
    path.push(group.name);
    let below = 0;
    for (const [name, at] of group.children) {
      const start = path.indexOf(name);
      const child = groups.get(name);
      if (start >= 0) {
        const chain = [...path.slice(start), name].join(' > ');
        diagnostics.push(problem('GROUP_CYCLE', at, `groups contain each other: ${chain}`));
        group.children.delete(name);
      } else if (child !== undefined) {
        if (!levels.has(name) && path.length < deepest) visit(child);
        const under = levels.get(name) ?? deepest;
        if (under >= deepest) {
          tooDeep ??= at;
          group.children.delete(name);
        } else below = Math.max(below, under);
      }
    }
    path.pop();
    levels.set(group.name, below + 1);
  }
  for (const group of groups.values()) if (!levels.has(group.name)) visit(group);
  // One message: the rest of a long chain is the same mistake.
  if (tooDeep !== undefined) {
    diagnostics.push(problem('YAML_LIMIT', tooDeep, `groups nest deeper than ${String(deepest)} levels`));
  }
  return diagnostics;
}

/** Where variables of hosts and groups come from, besides the inventory files. */
export interface VarFolders {
  readonly inventory: readonly FolderVars[];
  readonly playbook: readonly FolderVars[];
}

/** Makes the inventory out of complete groups without circles. */
export function buildInventory(draft: Draft, folders: VarFolders): Inventory {
  const order = [...draft.hosts.keys()];
  const members = membersOf(draft);
  const sorted = byPrecedence(draft);
  const groupsOf = new Map<string, DraftGroup[]>(order.map((name) => [name, []]));
  for (const group of sorted) for (const host of members.get(group.name) ?? []) groupsOf.get(host)?.push(group);
  const hosts = new Map<string, InventoryHost>();
  for (const host of draft.hosts.values()) {
    const groups = groupsOf.get(host.name) ?? [];
    const layers = [
      ...groups.flatMap((group) => group.layers),
      ...folderLayers(groups, folders),
      ...host.layers,
      ...layersOf(
        [host.name],
        [...folders.inventory, ...folders.playbook].map((folder) => folder.hosts),
      ),
    ];
    hosts.set(host.name, { name: host.name, at: host.at, groups: groups.map(({ name }) => name), layers });
  }
  const groups = new Map<string, InventoryGroup>();
  for (const { name, at, children } of draft.groups.values()) {
    const inside = members.get(name);
    groups.set(name, { name, at, hosts: order.filter((host) => inside?.has(host)), children: [...children.keys()] });
  }
  return { files: draft.files, hosts, groups };
}

/** `group_vars` in the order of Ansible: `all` of the inventory, of the playbook, then the other groups of each. */
function folderLayers(groups: readonly DraftGroup[], folders: VarFolders): readonly VarLayer[] {
  const others = groups.map(({ name }) => name).filter((name) => name !== 'all');
  const inventory = folders.inventory.map((folder) => folder.groups);
  const playbook = folders.playbook.map((folder) => folder.groups);
  return [
    ...layersOf(['all'], inventory),
    ...layersOf(['all'], playbook),
    ...layersOf(others, inventory),
    ...layersOf(others, playbook),
  ];
}

function layersOf(names: readonly string[], folders: readonly NamedLayers[]): readonly VarLayer[] {
  return folders.flatMap((folder) => names.flatMap((name) => folder.get(name) ?? []));
}

function membersOf(draft: Draft): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, ReadonlySet<string>>();
  function collect(group: DraftGroup): ReadonlySet<string> {
    const known = members.get(group.name);
    if (known !== undefined) return known;
    const hosts = new Set(group.hosts);
    members.set(group.name, hosts);
    for (const name of group.children.keys()) {
      const child = draft.groups.get(name);
      if (child !== undefined) for (const host of collect(child)) hosts.add(host);
    }
    return hosts;
  }
  for (const group of draft.groups.values()) collect(group);
  return members;
}

/** Groups from the lowest to the highest precedence: by depth, then priority, then name. */
function byPrecedence(draft: Draft): readonly DraftGroup[] {
  const parents = new Map<string, string[]>();
  for (const group of draft.groups.values()) {
    for (const child of group.children.keys()) parents.set(child, [...(parents.get(child) ?? []), group.name]);
  }
  const depths = new Map<string, number>();
  function depth(name: string): number {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const value = Math.max(-1, ...(parents.get(name) ?? []).map(depth)) + 1;
    depths.set(name, value);
    return value;
  }
  return [...draft.groups.values()].sort(
    (left, right) =>
      depth(left.name) - depth(right.name) || left.priority - right.priority || (left.name < right.name ? -1 : 1),
  );
}
