import type { ModuleNode, NodeId } from '../model/graph.js';
import { isJsonObject } from '../model/json.js';
import type { JsonObject } from '../model/json.js';
import type { Span, Value } from '../model/source.js';
import type { SealedComposite } from '../module/define.js';
import type { ExpandedNode, OwnDirectory } from '../module/module.js';
import { checkValue } from '../schema/check.js';
import { locate, pathsOfHoles } from '../schema/pointer.js';
import { referencesOf } from '../text/evaluate.js';
import { objectName } from '../load/objectName.js';
import { problem } from '../load/problem.js';
import { becomeUserOf, explainUndefined, hostAccess, scopeFor, staticEnv } from './build.js';
import type { Build, Place } from './build.js';
import { shareHost } from './directories.js';
import type { Needed } from './edges.js';
import { settleForMembers } from './members.js';
import type { MemberEnv } from './members.js';
import { valueWithHoles } from './plain.js';
import { tagsOfTask } from './tags.js';
import { withTemplates } from './templates.js';

/** A storage object while its nodes are made. */
interface Expansion {
  readonly build: Build;
  readonly place: Place;
  /** For people: `Image Storage "gold"`. */
  readonly name: string;
  readonly holes: ReadonlyMap<string, Value>;
  /** The nodes of each key so far. */
  readonly made: Map<string, readonly Needed[]>;
  /** Node ids by key, per-host nodes by `KEY@HOST`. */
  readonly nodes: Map<string, NodeId>;
}

/** Adds the nodes that a storage object expands into. Its members never depend on the limit; its other nodes do. */
export function addObject(build: Build, place: Place): void {
  const { task, play, id } = place;
  const module = build.input.catalog.modules.get(task.module);
  if (module?.kind !== 'composite') throw new Error(`the storage object ${id} was loaded with another catalog`);
  if (play.active.length === 0) return;
  const described = describe(build, place, module);
  if (described === undefined) return;
  const { params, holes, settled } = described;
  const name = objectName(module.name, nameIn(settled));
  const { nodes: expanded, problems, directories = [] } = module.expand(params, play.members);
  const wrong = new Set(problems.map(({ pointer }) => pointer));
  for (const directory of directories) {
    if (!wrong.has(directory.pointer)) checkDirectory(build, place, name, directory);
  }
  for (const { code, message, pointer, help } of problems) {
    build.diagnostics.push(problem(code, locate(task.params, pointer).value.at, message, help));
  }
  if (problems.length > 0) return;
  checkName(build, place, name);
  const expansion: Expansion = { build, place, name, holes, made: new Map(), nodes: new Map() };
  for (const node of expanded) addExpanded(expansion, node);
  const [first = ''] = play.active;
  const becomeUser = becomeUserOf(build, place, first);
  const object = {
    id,
    composite: module.name,
    section: place.section,
    params: settled,
    hosts: play.members,
    nodes: Object.fromEntries(expansion.nodes),
    scope: scopeFor(build, place, first).id,
    ...(becomeUser === undefined ? {} : { becomeUser }),
    at: task.at,
  };
  build.objects.push(object);
  build.objectsByName.set(name, [...(build.objectsByName.get(name) ?? []), object]);
}

/** On one host a storage object is known by its name. */
function checkName(build: Build, { task, play }: Place, name: string): void {
  const other = build.objectsByName.get(name)?.find(({ hosts }) => shareHost(hosts, play.members));
  if (other === undefined) return;
  const { at } = locate(task.params, '/name').value;
  const message = `there is another ${name} on the same hosts, on line ${other.at.line} of ${other.at.file}`;
  build.diagnostics.push(problem('DUPLICATE_NAME', at, message, 'give each a name of its own'));
}

/** No two parts of storage objects on one host have the same directory, or one inside the other. */
function checkDirectory(build: Build, { task, play }: Place, name: string, own: OwnDirectory): void {
  const { path, pointer } = own;
  const { at } = locate(task.params, pointer).value;
  const owner = `the ${own.owner} of ${name}`;
  const other = build.directories.take({ path, owner, hosts: play.members, at });
  if (other === undefined) return;
  const there = `${other.owner} (line ${other.at.line} of ${other.at.file})`;
  const how =
    other.path === path ? 'is' : other.path === '/' || path.startsWith(`${other.path}/`) ? 'lies in' : 'holds';
  const message = `${path} ${how} ${other.path === path ? '' : `${other.path}, `}the directory of ${there}`;
  const help = 'give each a directory of its own beside the others';
  build.diagnostics.push(problem('OVERLAPPING_PATHS', at, message, help));
}

function nameIn(params: Value): string | undefined {
  const { value } = locate(params, '/name');
  return value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

interface Described {
  /** For `expand`: defaults filled in, a text of its own for each late value. */
  readonly params: JsonObject;
  readonly holes: ReadonlyMap<string, Value>;
  /** The same with the late values themselves. */
  readonly settled: Value;
}

function describe(build: Build, place: Place, module: SealedComposite): Described | undefined {
  const { task, play } = place;
  const members = play.members.map((host): MemberEnv => {
    const { scope } = scopeFor(build, place, host);
    return {
      host,
      env: staticEnv(build, scope, host),
      explain: (diagnostics) => explainUndefined(build, diagnostics, () => referencesOf(task.params), scope),
    };
  });
  const { value, diagnostics } = settleForMembers(task.params, module.params, members);
  const holes = new Map<string, Value>();
  const fill = (hole: Value): string => {
    // Private-use characters: no file of a user spells these by chance.
    const token = `\uE000late:${holes.size + 1}\uE001`;
    holes.set(token, hole);
    return token;
  };
  const checked = checkValue(value, module.params, { fill, source: task.params });
  const found = diagnostics.length > 0 ? diagnostics : checked.diagnostics;
  build.diagnostics.push(...found);
  if (found.length > 0 || !isJsonObject(checked.value)) return undefined;
  return { params: checked.value, holes, settled: valueWithHoles(checked.value, task.params.at, holes) };
}

function addExpanded(expansion: Expansion, node: ExpandedNode): void {
  const { build, place, holes } = expansion;
  const { at } = locate(place.task.params, node.pointer).value;
  const params = withTemplates(valueWithHoles(node.params, at, holes), node.templates ?? {}, at);
  const module = build.input.catalog.modules.get(node.module);
  if (module === undefined) throw new Error(`${place.task.module} needs the module ${node.module}`);
  build.diagnostics.push(...checkValue(params, module.params).diagnostics);
  const active = node.hosts.filter((host) => place.play.active.includes(host));
  if (active.length === 0) return;
  if (!node.together) {
    const made = active.map((host) => addPart(expansion, node, { params, at, hosts: [host], active: [host] }));
    expansion.made.set(node.key, made);
    return;
  }
  const hosts = place.play.members.filter((host) => node.hosts.includes(host));
  const users = new Set(hosts.map((host) => becomeUserOf(build, place, host) ?? ''));
  if (users.size > 1) {
    const message = 'the hosts of an object that they make up together must become the same user';
    build.diagnostics.push(problem('CONFLICT', place.task.at, message, 'write become and become_user on the play'));
  }
  expansion.made.set(node.key, [addPart(expansion, node, { params, at, hosts, active })]);
}

interface Part {
  readonly params: Value;
  readonly at: Span;
  readonly hosts: readonly string[];
  /** Those of the hosts that may be changed; at least one. */
  readonly active: readonly string[];
}

function addPart(expansion: Expansion, expanded: ExpandedNode, part: Part): Needed {
  const { build, place } = expansion;
  const [first = ''] = part.active;
  const key = expanded.together ? expanded.key : `${expanded.key}@${first}`;
  const id = `${place.id}.${key}`;
  if (expansion.nodes.has(key)) throw new Error(`${place.task.module} made two nodes with the key ${expanded.key}`);
  expansion.nodes.set(key, id);
  for (const host of part.hosts) {
    hostAccess(build, host);
    build.used.add(host);
  }
  const becomeUser = becomeUserOf(build, place, first);
  const needs = neededBy(expansion, expanded, part.active);
  const node: ModuleNode = {
    kind: 'module',
    id,
    name: expanded.name,
    module: expanded.module,
    hosts: part.hosts,
    params: part.params,
    late: pathsOfHoles(part.params).length > 0,
    when: [],
    changedWhen: [],
    failedWhen: [],
    tags: tagsOfTask(place.play.play, place.task),
    ...(becomeUser === undefined ? {} : { becomeUser }),
    scope: scopeFor(build, place, first).id,
    after: build.order.part(id, part.active, needs),
    section: place.section,
    play: place.play.index,
    object: [expansion.name, ...(expanded.part === undefined ? [] : [expanded.part])],
    at: part.at,
  };
  build.nodes.push(node);
  return { id, hosts: part.active };
}

/** The nodes of the keys that have to succeed, as far as they share a host with this one. */
function neededBy(expansion: Expansion, node: ExpandedNode, hosts: readonly string[]): readonly Needed[] {
  return (node.needs ?? []).flatMap((key) => {
    const made = expansion.made.get(key) ?? [];
    return made.filter((needed) => needed.hosts.some((host) => hosts.includes(host)));
  });
}
