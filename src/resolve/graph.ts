import { hasErrors, isEnough } from '../model/diagnostic.js';
import type { Checked, Diagnostic } from '../model/diagnostic.js';
import type { Graph, HostSpec } from '../model/graph.js';
import { storageSections } from './sections.js';
import type { Play, Text } from '../model/playbook.js';
import { valueOf } from '../model/source.js';
import { inTextOrder, problem } from '../load/problem.js';
import { textOf } from '../load/shape.js';
import { evaluate } from '../text/evaluate.js';
import type { Env } from '../text/evaluate.js';
import { createBuild, hostAccess } from './build.js';
import type { Build, PlayBuild } from './build.js';
import { checkGuards } from './guards.js';
import type { ResolveInput } from './input.js';
import { addObject } from './objects.js';
import { selectHosts } from './patterns.js';
import { checkTags, isSelected, tagsOfTask } from './tags.js';
import { addTask } from './tasks.js';
import { envOf } from './vars.js';

/**
 * Lays out everything that a run may do, before any host is connected: a node for each task and host, the nodes of the
 * storage objects, what waits for what, and how hosts are reached. Names everything that is wrong in one pass.
 * @returns the graph, absent when there are errors
 */
export function resolveGraph(input: ResolveInput): Checked<Graph> {
  const build = createBuild(input);
  const { options } = input;
  build.diagnostics.push(...checkTags(input.playbook, { only: options.tags, skip: options.skipTags }));
  build.diagnostics.push(...checkGuards(input));
  const limit = options.limit === undefined ? undefined : selectHosts(options.limit, input.inventory);
  build.diagnostics.push(...(limit?.diagnostics ?? []));
  const limited = limit?.value === undefined ? undefined : new Set(limit.value);
  const plays = input.playbook.plays.map((play, index) => playBuild(build, play, index, limited));
  for (const play of plays) addPlay(build, play);
  if (limited !== undefined && !hasErrors(build.diagnostics) && plays.every((play) => play.active.length === 0)) {
    const [at] = options.limit ?? [];
    const message = 'the limit leaves no host of the playbook';
    if (at !== undefined) build.diagnostics.push(problem('NO_HOSTS', at.at, message));
  }
  const graph: Graph = {
    hosts: hostSpecs(build, new Set(plays.flatMap((play) => play.active))),
    nodes: build.nodes,
    scopes: Object.fromEntries(build.scopes),
    objects: build.objects,
  };
  const told = input.namesLost === true ? build.diagnostics.filter(isNoUndefined) : build.diagnostics;
  const diagnostics = inTextOrder(told);
  return hasErrors(diagnostics) ? { diagnostics } : { value: graph, diagnostics };
}

function isNoUndefined({ code, severity }: Diagnostic): boolean {
  return code !== 'UNDEFINED_VARIABLE' || severity !== 'error';
}

function playBuild(build: Build, play: Play, index: number, limit: ReadonlySet<string> | undefined): PlayBuild {
  const patterns = patternsOf(build, play);
  const selected = patterns === undefined ? undefined : selectHosts(patterns, build.input.inventory);
  build.diagnostics.push(...(selected?.diagnostics ?? []));
  const members = selected?.value ?? [];
  return { play, index, members, active: members.filter((host) => limit?.has(host) ?? true) };
}

/** The pattern of a play; a template in it may name variables of the play and of the command line. */
function patternsOf(build: Build, play: Play): readonly Text[] | undefined {
  const { hosts } = play;
  if (!hosts.text.includes('{{')) return [hosts];
  const result = evaluate({ kind: 'template', ...hosts }, hostsEnv(build, play));
  switch (result.kind) {
    case 'error':
      build.diagnostics.push(...result.diagnostics);
      return undefined;
    case 'late':
      build.diagnostics.push(
        problem('TOO_LATE', hosts.at, `hosts must be known before the run, it depends on ${result.names.join(', ')}`),
      );
      return undefined;
    case 'known': {
      const value = valueOf(result.value, hosts.at);
      const items = value.kind === 'list' ? value.items : [value];
      const texts = items.flatMap((item) => textOf(item) ?? []);
      // The text stands somewhere else: only the place of the template is known.
      if (texts.length === items.length && texts.some((text) => text.text.trim() !== '')) {
        return texts.map((text) => ({ ...text, lines: [] }));
      }
      build.diagnostics.push(problem('WRONG_TYPE', hosts.at, 'hosts must be a pattern or a list of patterns'));
      return undefined;
    }
  }
}

function hostsEnv(build: Build, play: Play): Env {
  const entries = [...(play.vars?.entries ?? []), ...(build.input.options.extraVars?.entries ?? [])];
  const scope = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  return envOf(scope, { factsShape: build.factsShape, facts: {}, results: {}, pending: new Set() });
}

function addPlay(build: Build, play: PlayBuild): void {
  const { options } = build.input;
  const barrier = endPlay(build, play.index);
  if (barrier !== undefined) build.order.startPlay(barrier, [...build.input.inventory.hosts.keys()]);
  for (const section of play.play.sections) {
    const storage = storageSections.includes(section.name);
    if (!storage) build.order.endObjects();
    for (const [index, task] of section.tasks.entries()) {
      const tags = tagsOfTask(play.play, task);
      if (isEnough(build.diagnostics)) return;
      if (!isSelected(tags, { only: options.tags, skip: options.skipTags })) continue;
      const id = `p${play.index + 1}.${section.name}.${index + 1}`;
      if (storage) addObject(build, { play, task, id, section: section.name });
      else addTask(build, { play, task, id, section: section.name });
    }
  }
}

/** Puts a barrier after the plays so far, unless nothing was added since the last one. */
function endPlay(build: Build, index: number): string | undefined {
  const after = build.order.endPlay();
  if (after.length === 0) return undefined;
  const id = `p${index}.end`;
  build.nodes.push({ kind: 'barrier', id, after });
  return id;
}

function hostSpecs(build: Build, active: ReadonlySet<string>): Readonly<Record<string, HostSpec>> {
  const names = [...build.input.inventory.hosts.keys()].filter((name) => build.used.has(name));
  return Object.fromEntries(
    names.map((name) => [name, { name, target: hostAccess(build, name).target, mayChange: active.has(name) }]),
  );
}
