import type { Diagnostic } from '../model/diagnostic.js';
import type { ModuleNode } from '../model/graph.js';
import { canonicalJson } from '../model/json.js';
import type { Task, Text } from '../model/playbook.js';
import type { SealedModule } from '../module/define.js';
import { checkValue } from '../schema/check.js';
import type { Env, Reference } from '../text/evaluate.js';
import { conditionReferences, evaluateCondition, referencesOf } from '../text/evaluate.js';
import { problem } from '../load/problem.js';
import { hostList, mergeFindings } from './blame.js';
import { becomeUserOf, explainUndefined, hostAccess, scopeFor, staticEnv } from './build.js';
import type { Build, Place } from './build.js';
import { plainJson } from './plain.js';
import { settle } from './settle.js';
import type { Settled } from './settle.js';
import { tagsOfTask } from './tags.js';

/** What a task is on one host. */
interface OnHost {
  readonly host: string;
  /** Absent when a condition is known not to hold: then the parameters do not matter. */
  readonly settled?: Settled;
  readonly diagnostics: readonly Diagnostic[];
}

/** Adds the nodes of a task: one for each host, or one over all members for a cluster module. */
export function addTask(build: Build, place: Place): void {
  const { task, play } = place;
  const module = build.input.catalog.modules.get(task.module);
  if (module === undefined) throw new Error(`the task ${place.id} was loaded with another catalog`);
  if (play.active.length === 0) return;
  const cluster = module.kind === 'cluster';
  const hosts = cluster ? play.members : play.active;
  const found = hosts.map((host) => onHost(build, place, module, host));
  build.diagnostics.push(...mergeFindings(found));
  if (cluster) addClusterNode(build, place, found);
  else for (const item of found) addNode(build, place, { hosts: [item.host], active: [item.host], late: isLate(item) });
  if (task.register === undefined) return;
  checkRegister(build, task, task.register);
  for (const host of play.active) {
    const names = build.registered.get(host) ?? new Set(build.lost);
    build.registered.set(host, names.add(task.register));
  }
}

function isLate({ settled }: OnHost): boolean {
  return settled !== undefined && settled.late.length > 0;
}

function onHost(build: Build, place: Place, module: SealedModule, host: string): OnHost {
  const { task } = place;
  const { scope } = scopeFor(build, place, host);
  const env = staticEnv(build, scope, host);
  const own = staticEnv(build, scope, host, task.register);
  const when = checkConditions(task.when, env);
  const others = [...task.changedWhen, ...task.failedWhen].flatMap((text) => checkConditions([text], own).diagnostics);
  const settled = when.never ? undefined : settle(task.params, env);
  const diagnostics = [...when.diagnostics, ...others, ...(settled?.diagnostics ?? [])];
  const invalid =
    settled === undefined || settled.diagnostics.length > 0
      ? []
      : checkValue(settled.value, module.params, {
          source: task.params,
          ...(task.moduleAt === undefined ? {} : { keyAt: task.moduleAt }),
        }).diagnostics;
  const explained = explainUndefined(build, [...diagnostics, ...invalid], () => referencesIn(task), scope);
  return { host, diagnostics: explained, ...(settled === undefined ? {} : { settled }) };
}

function referencesIn(task: Task): readonly Reference[] {
  const conditions = [...task.when, ...task.changedWhen, ...task.failedWhen];
  return [...conditions.flatMap(conditionReferences), ...referencesOf(task.params)];
}

interface CheckedConditions {
  /** One of them is known not to hold. */
  readonly never: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

function checkConditions(conditions: readonly Text[], env: Env): CheckedConditions {
  const diagnostics: Diagnostic[] = [];
  for (const condition of conditions) {
    const result = evaluateCondition(condition, env);
    if (result.kind === 'known' && !result.value) return { never: true, diagnostics: [] };
    if (result.kind === 'error') diagnostics.push(...result.diagnostics);
  }
  return { never: false, diagnostics };
}

/** A cluster object has one description: its parameters are the same on all members. */
function addClusterNode(build: Build, place: Place, found: readonly OnHost[]): void {
  const { task } = place;
  const values = new Map<string, string[]>();
  for (const { host, settled } of found) {
    if (settled === undefined || settled.diagnostics.length > 0) continue;
    const text = settled.late.length > 0 ? 'late' : canonicalJson(plainJson(settled.value));
    values.set(text, [...(values.get(text) ?? []), host]);
  }
  const [first, second] = values.values();
  if (first !== undefined && second !== undefined) {
    const message = `the parameters differ between ${hostList(first)} and ${hostList(second)}`;
    const help = `${task.module} is one object of all its hosts and has one description`;
    build.diagnostics.push(problem('CONFLICT', task.params.at, message, help));
  }
  addNode(build, place, {
    hosts: found.map(({ host }) => host),
    active: place.play.active,
    late: found.some(isLate),
  });
}

interface NodeHosts {
  readonly hosts: readonly string[];
  /** Those of the hosts that may be changed; at least one. */
  readonly active: readonly string[];
  readonly late: boolean;
}

function addNode(build: Build, place: Place, { hosts, active, late }: NodeHosts): void {
  const { task, play } = place;
  const [first = ''] = active;
  const cluster = build.input.catalog.modules.get(task.module)?.kind === 'cluster';
  const id = cluster ? place.id : `${place.id}@${first}`;
  const becomeUser = becomeUserOf(build, place, first);
  for (const host of hosts) {
    hostAccess(build, host);
    build.used.add(host);
  }
  const node: ModuleNode = {
    kind: 'module',
    id,
    name: task.name,
    module: task.module,
    hosts,
    params: task.params,
    late,
    when: task.when,
    changedWhen: task.changedWhen,
    failedWhen: task.failedWhen,
    ...(task.register === undefined ? {} : { register: task.register }),
    tags: tagsOfTask(play.play, task),
    ...(becomeUser === undefined ? {} : { becomeUser }),
    ...(task.timeout === undefined ? {} : { timeout: task.timeout }),
    scope: scopeFor(build, place, first).id,
    after: build.order.task(id, active),
    section: place.section,
    play: play.index,
    object: [],
    at: task.at,
  };
  build.nodes.push(node);
}

/** Extra variables win over results; a result that nobody could see is surely not meant. */
function checkRegister(build: Build, task: Task, name: string): void {
  const extra = build.input.options.extraVars?.entries.some((entry) => entry.key === name) ?? false;
  if (!extra) return;
  const message = `the extra variable "${name}" hides the result that this task registers`;
  build.diagnostics.push(problem('CONFLICT', task.at, message, 'give one of them another name'));
}
