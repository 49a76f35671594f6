import { loadInventory } from '../../src/load/inventory.js';
import { defaultConfig } from '../../src/load/config.js';
import { readPlaybook } from '../../src/load/playbook.js';
import type { Event, Recap } from '../../src/model/event.js';
import type { Graph } from '../../src/model/graph.js';
import type { PlanEntry } from '../../src/model/plan.js';
import { defineAction, defineClusterModule, defineHostFact, defineModule, param } from '../../src/module/index.js';
import type { Catalog, Probe } from '../../src/module/index.js';
import { resolveGraph } from '../../src/resolve/graph.js';
import { createEmitter } from '../../src/run/context.js';
import { startRun } from '../../src/run/run.js';
import type { Run } from '../../src/run/run.js';
import { fakeConnect } from './fakeHost.js';
import type { FakeHost } from './fakeHost.js';
import { memoryFiles } from './memoryFiles.js';

async function textAt(probe: Probe, path: string): Promise<string | null> {
  const { code, stdout } = await probe.run(['cat', path]);
  if (code !== 0 && code !== 1) throw new Error(`cat exited with ${String(code)}`);
  return code === 0 ? stdout : null;
}

const noteParams = param.object({
  path: param.path('Where the note is'),
  text: param.optional(param.string('What it says')),
  state: param.withDefault(param.choice('Whether it is there', ['present', 'absent']), 'present'),
  writes: param.optional(param.string('What the step writes instead, to break the promise')),
  refuse_over: param.optional(param.string('Text that is never overwritten')),
  needs: param.optional(param.path('A note that has to be there before')),
});

/** A file with a text: the smallest resource of a host. */
const note = defineModule({
  name: 'note',
  summary: 'A note.',
  params: noteParams,
  needs: ({ needs }) => (needs === undefined ? [] : [`path:${needs}`]),
  provides: ({ path }) => [`path:${path}`],
  async read({ path, needs }, probe) {
    const [text, needed] = await Promise.all([textAt(probe, path), needs === undefined ? '' : textAt(probe, needs)]);
    if (needed === null) return { notReady: `${needs ?? ''} is missing` };
    return { state: text === null ? null : { text }, seen: null };
  },
  desired: ({ state, text }) => (state === 'absent' ? null : { text: text ?? '' }),
  steps: (change, { path, writes }) =>
    change.kind === 'delete'
      ? [{ kind: 'run', argv: ['rm', path] }]
      : [{ kind: 'write', path, content: writes ?? change.desired.text, mode: '0644' }],
  refuse: (change, { refuse_over: guarded }) =>
    change.kind === 'update' && change.prior.text === guarded
      ? [{ code: 'PRECIOUS', message: 'it says something precious' }]
      : [],
});

/** One text that several hosts see: the smallest cluster object. The first host writes it. */
const board = defineClusterModule({
  name: 'board',
  summary: 'A board.',
  params: param.object({
    path: param.path('Where'),
    text: param.string('What'),
    stamp: param.withDefault(param.boolean('Whether every host does something of its own before'), false),
  }),
  async read({ path }, members) {
    const hosts: Record<string, string | null> = {};
    for (const [host, member] of members) if ('probe' in member) hosts[host] = await textAt(member.probe, path);
    return { state: { hosts }, seen: Object.keys(hosts) };
  },
  desired: ({ text }, _prior, hosts) => ({ hosts: Object.fromEntries(hosts.map((host) => [host, text])) }),
  steps: (_change, { path, text, stamp }, hosts) => [
    ...(stamp ? hosts.map((host) => ({ kind: 'run', argv: ['touch', `/stamp-${host}`], host }) as const) : []),
    { kind: 'write', path, content: text, host: hosts[0] ?? '' },
  ],
});

/** Runs a program; not needed when `creates` is there. */
const act = defineAction({
  name: 'act',
  summary: 'Does something.',
  params: param.object({
    argv: param.list('What', param.string('Word')),
    creates: param.optional(param.path('Result')),
  }),
  needed: async ({ creates }, probe) => creates === undefined || (await textAt(probe, creates)) === null,
  steps: ({ argv }) => [{ kind: 'run', argv }],
  result: (results) => ({
    rc: results[0]?.code ?? 0,
    stdout: results[0]?.stdout ?? '',
    stderr: results[0]?.stderr ?? '',
  }),
});

/** Makes a mistake of its own. */
const broken = defineAction({
  name: 'broken',
  summary: 'Throws.',
  params: param.object({ in: param.choice('Where', ['needed', 'steps', 'result', 'nowhere']) }),
  // The second look is started and never waited for when the first one fails.
  async needed({ in: where }, probe) {
    const looks = [probe.run(['cat', '/first']), probe.run(['cat', '/second'])];
    for (const look of looks) await look;
    return where === 'needed' ? throwMistake() : true;
  },
  steps: ({ in: where }) => (where === 'steps' ? throwMistake() : [{ kind: 'run', argv: ['touch', '/broken'] }]),
  result: ({ length }, { in: where }) => (where === 'result' && length > 0 ? throwMistake() : {}),
});

function throwMistake(): never {
  throw new TypeError('x is not a function');
}

/** What the file /motto says; "none" without one. */
const motto = defineHostFact({
  name: 'motto',
  summary: 'A motto.',
  shape: param.string('The text'),
  request: () => ({ argv: ['cat', '/motto'] }),
  parse: ({ code, stdout }) => (code === 0 ? stdout : 'none'),
});

export const engineCatalog: Catalog = {
  modules: new Map([note, board, act, broken].map((module) => [module.name, module])),
  facts: new Map([[motto.name, motto]]),
};

/** Builds the graph of a playbook text for hosts by name; throws what is wrong with it. */
export async function graphOf(playbook: string, hosts: readonly string[], limit?: string): Promise<Graph> {
  const files = memoryFiles({ 'site.yml': playbook });
  const loaded = await readPlaybook(files, 'site.yml', engineCatalog);
  const inventory = await loadInventory(files, { sources: [`${hosts.join(',')},`] });
  if (loaded.value === undefined || inventory.value === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
  const at = { file: '--limit', line: 1, column: 1, length: 1 };
  const text = limit === undefined ? {} : { limit: [{ text: limit, lines: [{ line: 1, column: 1 }], at }] };
  const graph = resolveGraph({
    playbook: loaded.value,
    inventory: inventory.value,
    catalog: engineCatalog,
    config: defaultConfig,
    options: { tags: [], skipTags: [], ...text },
    controller: { user: 'tester', home: '/home/tester', cwd: '/' },
  });
  if (graph.value === undefined) throw new Error(JSON.stringify([...loaded.diagnostics, ...graph.diagnostics]));
  return graph.value;
}

export interface Tried {
  readonly entries: readonly PlanEntry[];
  readonly recap: Recap;
  readonly events: readonly Event[];
  /** Outcome kinds by node id, with the code of a trouble: `failed STEP_FAILED`. */
  readonly outcomes: Readonly<Record<string, string>>;
}

export interface TryOptions {
  readonly limit?: string;
  /** Called between the survey and the walk: what happens while the user looks at the plan. */
  readonly before?: (run: Run) => void;
  readonly saved?: readonly PlanEntry[];
  readonly signal?: AbortSignal;
}

/** Applies a playbook to hosts in memory. */
export async function tryApply(
  playbook: string,
  hosts: Readonly<Record<string, FakeHost>>,
  options: TryOptions = {},
): Promise<Tried> {
  const graph = await graphOf(playbook, Object.keys(hosts), options.limit);
  const events: Event[] = [];
  const emit = createEmitter([(stamped) => events.push(stamped.event)], () => new Date(0));
  const signal = options.signal ?? new AbortController().signal;
  const run = await startRun(
    {
      graph,
      catalog: engineCatalog,
      connect: fakeConnect(hosts),
      emit,
      signal,
      forks: 5,
      stepTimeout: 5,
      clock: () => 0,
    },
    { version: '0', playbook: 'site.yml', mode: 'apply' },
  );
  options.before?.(run);
  const recap = await run.perform(options.saved);
  await run.close();
  const outcomes: Record<string, string> = {};
  for (const event of events) {
    if (event.type !== 'node.end') continue;
    const { outcome } = event;
    outcomes[event.node] = 'code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind;
  }
  return { entries: run.entries, recap, events, outcomes };
}

/** Only looks. */
export async function tryPlan(playbook: string, hosts: Readonly<Record<string, FakeHost>>): Promise<Run> {
  const graph = await graphOf(playbook, Object.keys(hosts));
  const { signal } = new AbortController();
  return startRun(
    {
      graph,
      catalog: engineCatalog,
      connect: fakeConnect(hosts),
      emit: () => undefined,
      signal,
      forks: 5,
      stepTimeout: 5,
      clock: () => 0,
    },
    { version: '0', playbook: 'site.yml', mode: 'plan' },
  );
}
