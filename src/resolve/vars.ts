import path from 'node:path';
import type { Scope } from '../model/graph.js';
import type { Inventory, InventoryHost } from '../model/inventory.js';
import type { Json, JsonObject } from '../model/json.js';
import { valueOf } from '../model/source.js';
import type { MapValue, Span, Value } from '../model/source.js';
import type { Param } from '../schema/param.js';
import type { Env } from '../text/evaluate.js';
import type { ResolveInput } from './input.js';

/** Where variables come from besides the inventory. */
export interface ScopeSources {
  readonly play?: MapValue | undefined;
  readonly task?: MapValue | undefined;
  /** The hosts of the play that may be changed; absent outside of plays. */
  readonly playHosts?: readonly string[];
}

/**
 * The variables of a host in one place: the only list of precedence, from the lowest to the highest. It is a part of
 * Ansible's (whose numbers stand behind), in its order:
 *
 * 1. group variables of the inventory files (3), by depth, priority and name of the group
 * 2. `group_vars/all` beside the inventory (4), then beside the playbook (5)
 * 3. other `group_vars` beside the inventory (6), then beside the playbook (7)
 * 4. host variables of the inventory files (8)
 * 5. `host_vars` beside the inventory (9), then beside the playbook (10)
 * 6. `vars` of the play (12), then `vars_files` of the play (14)
 * 7. `vars` of the task (17)
 * 8. registered results (19): added by `envOf`, as they are known only during the run
 * 9. extra variables, `-e` (22)
 *
 * Maps replace each other as a whole. Magic variables and `facts` are reserved names that nothing can define.
 */
export function scopeOf(input: ResolveInput, host: InventoryHost, sources: ScopeSources): Scope {
  const maps = [...host.layers.map((layer) => layer.vars), sources.play, sources.task, input.options.extraVars];
  const scope = new Map<string, Value>();
  for (const map of maps) for (const { key, value } of map?.entries ?? []) scope.set(key, value);
  for (const [key, value] of magicVars(input, host, sources.playHosts)) scope.set(key, value);
  return Object.fromEntries(scope);
}

function magicVars(
  input: ResolveInput,
  host: InventoryHost,
  playHosts: readonly string[] | undefined,
): readonly (readonly [string, Value])[] {
  const { cwd } = input.controller;
  const vars: Record<string, Json> = {
    inventory_hostname: host.name,
    inventory_hostname_short: /[:]|^[0-9.]+$/.test(host.name) ? host.name : (host.name.split('.')[0] ?? host.name),
    group_names: host.groups.filter((group) => group !== 'all').sort(),
    playbook_dir: path.posix.resolve(cwd, path.posix.dirname(input.playbook.file)),
    // A host list of the command line has no folder.
    ...(host.at.file.includes(',') ? {} : { inventory_dir: path.posix.resolve(cwd, path.posix.dirname(host.at.file)) }),
  };
  const own = Object.entries(vars).map(([name, value]): [string, Value] => [name, valueOf(value, host.at)]);
  if (playHosts !== undefined) {
    const value = playHostsValue(playHosts, host.at);
    own.push(['play_hosts', value], ['ansible_play_hosts', value]);
  }
  return [...own, ['groups', groupsValue(input.inventory, host.at)]];
}

const playHostsValues = new WeakMap<readonly string[], Value>();

/** The same value for all hosts of a play: one for each would grow with their square. */
function playHostsValue(names: readonly string[], at: Span): Value {
  const known = playHostsValues.get(names);
  if (known !== undefined) return known;
  const value = valueOf(names, at);
  playHostsValues.set(names, value);
  return value;
}

const groupsValues = new WeakMap<Inventory, Value>();

/** The same value for all hosts: it grows with groups × hosts. */
function groupsValue(inventory: Inventory, at: Span): Value {
  const known = groupsValues.get(inventory);
  if (known !== undefined) return known;
  const groups = Object.fromEntries([...inventory.groups.values()].map((group) => [group.name, group.hosts]));
  const value = valueOf(groups, at);
  groupsValues.set(inventory, value);
  return value;
}

/** What is known besides the variables of a scope. */
export interface Knowledge {
  readonly factsShape: Param<unknown>;
  /** Gathered facts by name. */
  readonly facts: JsonObject;
  /** Registered results by name. */
  readonly results: JsonObject;
  /** Names that earlier tasks of the host register and that are not among the results yet. */
  readonly pending: ReadonlySet<string>;
}

/** Resolves names for templates and expressions: results, then variables, then `facts`. */
export function envOf(scope: Scope, known: Knowledge): Env {
  return {
    lookup(name) {
      if (name === 'facts') return { kind: 'late', shape: known.factsShape, parts: known.facts };
      const result = Object.hasOwn(known.results, name) ? known.results[name] : undefined;
      if (result !== undefined) return { kind: 'value', value: result };
      if (known.pending.has(name)) return { kind: 'late' };
      const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
      return value === undefined ? undefined : { kind: 'source', value };
    },
    names: () => ['facts', ...Object.keys(known.results), ...known.pending, ...namesIn(scope)],
  };
}

const scopeNames = new WeakMap<Scope, readonly string[]>();

/** Asked for with each name that is not defined. */
function namesIn(scope: Scope): readonly string[] {
  const known = scopeNames.get(scope) ?? Object.keys(scope);
  scopeNames.set(scope, known);
  return known;
}
