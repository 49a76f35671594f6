import type { Diagnostic } from '../model/diagnostic.js';
import type { GraphNode, Scope, ScopeId, StorageObject } from '../model/graph.js';
import type { InventoryHost } from '../model/inventory.js';
import type { Become, Play, Playbook, Task } from '../model/playbook.js';
import type { Param } from '../schema/param.js';
import type { Env, Reference } from '../text/evaluate.js';
import { nameAdvice } from '../load/ansibleNames.js';
import { factsParam } from '../load/facts.js';
import { definedElsewhere, undefinedName } from './blame.js';
import { createDirectories } from './directories.js';
import type { Directories } from './directories.js';
import { createOrdering } from './edges.js';
import type { Ordering } from './edges.js';
import { accessOf } from './hosts.js';
import type { HostAccess } from './hosts.js';
import type { ResolveInput } from './input.js';
import { isSelected, tagsOfTask } from './tags.js';
import { envOf, scopeOf } from './vars.js';

/** A graph while it is built. */
export interface Build {
  readonly input: ResolveInput;
  readonly factsShape: Param<unknown>;
  readonly order: Ordering;
  readonly nodes: GraphNode[];
  readonly objects: StorageObject[];
  readonly scopes: Map<ScopeId, Scope>;
  readonly access: Map<string, HostAccess>;
  /** Hosts that nodes are on. */
  readonly used: Set<string>;
  /** Names registered so far, by host. */
  readonly registered: Map<string, Set<string>>;
  /** Names that tasks define which had to be left out. */
  readonly lost: ReadonlySet<string>;
  /** The first task that registers each name. */
  readonly registering: ReadonlyMap<string, { readonly play: Play; readonly task: Task }>;
  /** Storage objects by kind and name. */
  readonly objectsByName: Map<string, StorageObject[]>;
  readonly directories: Directories;
  readonly diagnostics: Diagnostic[];
}

/** A play with its hosts. */
export interface PlayBuild {
  readonly play: Play;
  /** From 0. */
  readonly index: number;
  /** All hosts of the play: what makes up its cluster objects. */
  readonly members: readonly string[];
  /** Members that may be changed. */
  readonly active: readonly string[];
}

/** Where a task stands: its identifier is its place. */
export interface Place {
  readonly play: PlayBuild;
  readonly task: Task;
  readonly id: string;
  readonly section: Play['sections'][number]['name'];
}

export function createBuild(input: ResolveInput): Build {
  return {
    input,
    factsShape: factsParam(input.catalog),
    order: createOrdering(),
    nodes: [],
    objects: [],
    scopes: new Map(),
    access: new Map(),
    used: new Set(),
    registered: new Map(),
    lost: new Set(input.playbook.lost),
    registering: registeringTasks(input.playbook),
    objectsByName: new Map(),
    directories: createDirectories(),
    diagnostics: [],
  };
}

/** The host of the inventory by a name that a pattern gave. */
function inventoryHost(build: Build, name: string): InventoryHost {
  const host = build.input.inventory.hosts.get(name);
  if (host === undefined) throw new Error(`the host ${name} is not in the inventory`);
  return host;
}

/** The way to a host; what is wrong with its variables is reported once. */
export function hostAccess(build: Build, name: string): HostAccess {
  const known = build.access.get(name);
  if (known !== undefined) return known;
  const host = inventoryHost(build, name);
  const scope = scopeOf(build.input, host, {});
  const env = envOf(scope, { factsShape: build.factsShape, facts: {}, results: {}, pending: new Set() });
  const { access, diagnostics } = accessOf(build.input, host, scope, env);
  const seen = new Set(build.diagnostics.map(placeOf));
  build.diagnostics.push(...diagnostics.filter((diagnostic) => !seen.has(placeOf(diagnostic))));
  build.access.set(name, access);
  return access;
}

/** Hosts of a group share its variables, and their mistakes. */
function placeOf({ code, message, at }: Diagnostic): string {
  return JSON.stringify([code, message, at]);
}

/** The variables of a host in a task: tasks without variables of their own share those of the play. */
export function scopeFor(build: Build, { play, task, id }: Place, host: string): { id: ScopeId; scope: Scope } {
  const scopeId = task.vars === undefined ? `p${play.index + 1}@${host}` : `${id}@${host}`;
  const known = build.scopes.get(scopeId);
  if (known !== undefined) return { id: scopeId, scope: known };
  const sources = { play: play.play.vars, task: task.vars, playHosts: play.active };
  const scope = scopeOf(build.input, inventoryHost(build, host), sources);
  build.scopes.set(scopeId, scope);
  return { id: scopeId, scope };
}

/** What a task may name before anything is connected. @param own a name that the task itself registers */
export function staticEnv(build: Build, scope: Scope, host: string, own?: string): Env {
  const before = build.registered.get(host) ?? build.lost;
  const pending = own === undefined ? before : new Set([...before, own]);
  return envOf(scope, { factsShape: build.factsShape, facts: {}, results: {}, pending });
}

/** The user that commands of a task run as on a host; absent = the login user. */
export function becomeUserOf(build: Build, { play, task }: Place, host: string): string | undefined {
  const access = hostAccess(build, host);
  const levels: readonly Become[] = [task.become, play.play.become];
  const wanted = levels.find((level) => level.become !== undefined)?.become ?? access.become;
  if (!wanted) return undefined;
  return levels.find((level) => level.user !== undefined)?.user ?? access.becomeUser;
}

/**
 * Adds to an "undefined" where the variable is defined for other hosts, or which task registers it.
 * @param references what the text at hand names
 */
export function explainUndefined(
  build: Build,
  diagnostics: readonly Diagnostic[],
  references: () => readonly Reference[],
  scope: Scope,
): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    if (diagnostic.code !== 'UNDEFINED_VARIABLE') return diagnostic;
    const name = undefinedName(references(), diagnostic.at, scope);
    if (name === undefined || Object.hasOwn(scope, name)) return diagnostic;
    const facts = [...build.input.catalog.facts.keys()];
    const help = registeredBy(build, name) ?? definedElsewhere(name, build.input.inventory) ?? nameAdvice(name, facts);
    return help === undefined ? diagnostic : { ...diagnostic, help };
  });
}

function registeredBy({ input, registering }: Build, name: string): string | undefined {
  const found = registering.get(name);
  if (found === undefined) return undefined;
  const { play, task } = found;
  const { file, line } = task.at;
  const selected = isSelected(tagsOfTask(play, task), { only: input.options.tags, skip: input.options.skipTags });
  const where = `the task "${task.name}" (${file}:${line}) registers it`;
  return selected ? `${where}, but not before this one on the same host` : `${where}, but the tags leave it out`;
}

function registeringTasks({ plays }: Playbook): Build['registering'] {
  const found = new Map<string, { readonly play: Play; readonly task: Task }>();
  for (const play of plays) {
    for (const task of play.sections.flatMap((section) => section.tasks)) {
      if (task.register !== undefined && !found.has(task.register)) found.set(task.register, { play, task });
    }
  }
  return found;
}
