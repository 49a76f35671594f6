import path from 'node:path';
import { readExtraVars, readLimit } from './load/commandLine.js';
import { defaultConfig, loadConfig } from './load/config.js';
import type { Config } from './load/config.js';
import { diskFiles } from './load/files.js';
import type { FileSource } from './load/files.js';
import { loadInventory } from './load/inventory.js';
import { readPlaybook } from './load/playbook.js';
import { hasErrors } from './model/diagnostic.js';
import type { Checked, Diagnostic } from './model/diagnostic.js';
import { distinct, losesFile } from './model/distinct.js';
import type { Mode, StampedEvent } from './model/event.js';
import type { Graph } from './model/graph.js';
import type { Inventory } from './model/inventory.js';
import { planFormat } from './model/plan.js';
import type { Plan, PlanOptions } from './model/plan.js';
import type { Catalog } from './module/define.js';
import { resolveGraph } from './resolve/graph.js';
import { createEmitter } from './run/context.js';
import { compareWithPlan, startRun } from './run/run.js';
import type { PlanDifference, Run } from './run/run.js';
import { createConnect } from './transport/connect.js';

/** What the user asked for, and the surroundings that nothing below the command line reads itself. */
export interface Request {
  readonly cwd: string;
  /** `stowage.yml` as named by the user; absent: the one in the working directory, when there is one. */
  readonly config?: string;
  /** Absent: the one that the configuration names. */
  readonly playbook?: string;
  /** Absent or empty: those that the configuration names. */
  readonly options: PlanOptions;
  readonly overrides: Partial<Config>;
  readonly surroundings: { readonly user: string; readonly home: string; readonly agent?: string };
}

/** Everything that a run is made from, valid as a whole. No host was contacted. */
export interface Project {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly playbook: string;
  readonly inventory: Inventory;
  readonly graph: Graph;
  readonly options: PlanOptions;
  /** SHA-256 of every file read, by path. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Reads and checks configuration, playbook, inventory and variables, and builds the graph. All mistakes are told in one
 * pass; without an error the value is there.
 */
export async function loadProject(
  request: Request,
  catalogOf: (config: Config) => Promise<Checked<Catalog>>,
): Promise<Checked<Project>> {
  const project = await readProject(request, catalogOf);
  return { ...project, diagnostics: distinct(project.diagnostics) };
}

async function readProject(
  request: Request,
  catalogOf: (config: Config) => Promise<Checked<Catalog>>,
): Promise<Checked<Project>> {
  const files = diskFiles(request.cwd);
  const diagnostics: Diagnostic[] = [];
  const take = <T>(checked: Checked<T>): T | undefined => {
    diagnostics.push(...checked.diagnostics);
    return checked.value;
  };
  const config = { ...(take(await findConfig(files, request.config)) ?? defaultConfig), ...request.overrides };
  const catalog = take(await catalogOf(config));
  if (catalog === undefined) return { diagnostics };
  const playbookFile = request.playbook ?? config.playbook;
  const sources = request.options.inventory.length > 0 ? request.options.inventory : config.inventory;
  diagnostics.push(...missingNames(playbookFile, sources));
  const inventory =
    sources.length === 0 ? undefined : take(await loadInventory(files, inventorySources(sources, playbookFile)));
  const playbook = playbookFile === undefined ? undefined : take(await readPlaybook(files, playbookFile, catalog));
  const extraVars = take(await readExtraVars(files, request.options.extraVars));
  const limit = request.options.limit === undefined ? undefined : take(await readLimit(files, request.options.limit));
  if (playbook === undefined || inventory === undefined || playbookFile === undefined) return { diagnostics };
  const { tags, skipTags } = request.options;
  const namesLost = losesFile(diagnostics, playbookFile);
  const graph = take(
    resolveGraph({
      playbook,
      inventory,
      catalog,
      config,
      options: {
        tags,
        skipTags,
        ...(limit === undefined ? {} : { limit }),
        ...(extraVars === undefined ? {} : { extraVars }),
      },
      controller: { ...request.surroundings, cwd: request.cwd },
      namesLost,
    }),
  );
  if (graph === undefined || hasErrors(diagnostics)) return { diagnostics };
  const { config: named } = request;
  const options = { ...request.options, inventory: sources, ...(named === undefined ? {} : { config: named }) };
  const value = { config, catalog, playbook: playbookFile, inventory, graph, options, inputs: files.digests() };
  return { value, diagnostics };
}

async function findConfig(files: FileSource, named: string | undefined): Promise<Checked<Config>> {
  if (named !== undefined) return loadConfig(files, named);
  const present = (await files.kind('stowage.yml')) !== 'missing';
  return present ? loadConfig(files, 'stowage.yml') : { value: defaultConfig, diagnostics: [] };
}

function missingNames(playbook: string | undefined, inventory: readonly string[]): readonly Diagnostic[] {
  const at = { file: 'command line', line: 1, column: 1, length: 1 };
  const severity = 'error' as const;
  const missing: Diagnostic[] = [];
  if (playbook === undefined) {
    const help = 'name it as an argument, or as "playbook" in stowage.yml';
    missing.push({ code: 'FILE_NOT_FOUND', severity, message: 'no playbook is named', at, help });
  }
  if (inventory.length === 0) {
    const help = 'name it with -i, or as "inventory" in stowage.yml';
    missing.push({ code: 'FILE_NOT_FOUND', severity, message: 'no inventory is named', at, help });
  }
  return missing;
}

function inventorySources(
  sources: readonly string[],
  playbook: string | undefined,
): Parameters<typeof loadInventory>[1] {
  return { sources, ...(playbook === undefined ? {} : { playbookFolder: path.dirname(playbook) }) };
}

/** What a run reports to, and how it is stopped and timed. */
export interface RunTools {
  readonly listeners: readonly ((stamped: StampedEvent) => void)[];
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly version: string;
}

/** Connects to the hosts of a project and looks at them. Close the run in any case. */
export async function openRun(project: Project, mode: Mode, tools: RunTools): Promise<OpenRun> {
  const emit = createEmitter(tools.listeners, tools.now);
  const targets = Object.fromEntries(Object.values(project.graph.hosts).map(({ name, target }) => [name, target]));
  const context = {
    graph: project.graph,
    catalog: project.catalog,
    connect: createConnect(targets),
    emit,
    signal: tools.signal,
    forks: project.config.forks,
    stepTimeout: project.config.stepTimeout,
    clock: tools.clock,
  };
  const run = await startRun(context, { version: tools.version, playbook: project.playbook, mode });
  return { ...run, emit };
}

export interface OpenRun extends Run {
  readonly emit: ReturnType<typeof createEmitter>;
}

/** Makes the plan that `--out` saves. */
export function planOf(project: Project, run: Run, tools: Pick<RunTools, 'version' | 'now'>): Plan {
  return {
    format: planFormat,
    version: tools.version,
    made: tools.now().toISOString(),
    playbook: project.playbook,
    options: project.options,
    inputs: project.inputs,
    hosts: changeable(project.graph),
    entries: run.entries,
  };
}

/** Hosts that a run may change, in the order of the inventory. */
export function changeable(graph: Graph): readonly string[] {
  return Object.values(graph.hosts)
    .filter(({ mayChange }) => mayChange)
    .map(({ name }) => name);
}

/** Says in which entries what is to be done now is not what a saved plan of the same inputs shows. */
export function differencesFrom(plan: Plan, run: Run): readonly PlanDifference[] {
  return compareWithPlan(plan.entries, run.entries);
}

export type { PlanDifference };

/** Says which inputs of a saved plan are not what they were. */
export function changedInputs(plan: Plan, project: Project, version: string): readonly string[] {
  const names = [...new Set([...Object.keys(plan.inputs), ...Object.keys(project.inputs)])].sort();
  const files = names.flatMap((name) => {
    if (plan.inputs[name] === undefined) return [`${name} is new`];
    if (project.inputs[name] === undefined) return [`${name} is not read any more`];
    return plan.inputs[name] === project.inputs[name] ? [] : [`${name} has changed`];
  });
  return plan.version === version ? files : [`it was made by stowage ${plan.version}, this is ${version}`, ...files];
}
