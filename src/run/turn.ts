import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { JsonObject } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import { bindConditions } from '../resolve/bind.js';
import { assess } from './assess.js';
import type { Assessed, AssessTools } from './assess.js';
import { compareEntries, unshownRisk } from './conform.js';
import { differencesOf, perform } from './perform.js';
import type { Performed } from './perform.js';
import { actionResult, skippedResult, stateResult } from './result.js';

/** How often a node is read again because its host changed between reading and acting, before that is an error. */
const staleLimit = 3;

/** A node whose turn it is, with what it was found to be before. */
export interface Turn {
  readonly node: ModuleNode;
  readonly ahead: Assessed;
  /** What the user was shown. */
  readonly planned: PlanEntry;
  /** Whether the run is bound to a saved plan: then only what it showed may be done. */
  readonly bound: boolean;
  /** Members of a cluster object that cannot take part, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
}

export interface Ended {
  readonly outcome: Outcome;
  /** What `register` keeps. */
  readonly result: JsonObject;
  /** Set when what was done is not what the plan showed. */
  readonly diverged?: string;
  /** Set when it was skipped because something before it did not succeed. */
  readonly blocked?: boolean;
  /** Hosts of it that took no part, because something before it did not succeed there. */
  readonly without?: readonly string[];
  /** Set when it was left undone because the user stopped the run. */
  readonly interrupted?: boolean;
}

/** Brings one node to its desired state, and proves that by reading again. */
export async function takeTurn(tools: AssessTools, turn: Turn): Promise<Ended> {
  const { node, excluded } = turn;
  let assessed = needsLook(tools, turn) ? await assess(tools, node, excluded) : turn.ahead;
  for (let attempt = 0; ; attempt += 1) {
    const settled = withoutSteps(assessed, turn);
    if (settled !== undefined) return settled;
    const tried = await attemptNode(tools, turn, assessed);
    if (!('stale' in tried)) return tried;
    tools.context.emit({ type: 'node.stale', node: node.id, host: tried.stale });
    if (attempt === staleLimit) {
      const message = `${tried.stale} keeps changing between reading and acting`;
      return failed({ kind: 'failed', code: 'STALE', message, host: tried.stale });
    }
    assessed = await assess(tools, node, excluded);
  }
}

/**
 * Whether a node has to be read again before its turn. What has steps of one host is checked by the script itself; what
 * has none is settled only while nothing was performed on its hosts since it was read.
 */
function needsLook(tools: AssessTools, { node, ahead, excluded }: Turn): boolean {
  const members = node.hosts.length > 1;
  if (!ahead.settled || excluded.size > 0) return true;
  const moved = [...ahead.looks].some(([host, { epoch }]) => tools.sessions.get(host)?.epoch !== epoch);
  if (ahead.trouble !== undefined) return moved;
  if (ahead.entry.refusals.length > 0) return moved;
  if (ahead.entry.steps.length === 0) return moved;
  if (!members) return false;
  // The script checks only the host that acts; the other members have to be looked at anew.
  for (const host of ahead.looks.keys()) tools.sessions.get(host)?.advance();
  return true;
}

/** Settles a node that needs no step, may not take one, or cannot. */
function withoutSteps(assessed: Assessed, turn: Turn): Ended | undefined {
  const { entry, trouble } = assessed;
  if (entry.skipped !== undefined) {
    return { outcome: { kind: 'skipped', reason: entry.skipped }, result: skippedResult };
  }
  if (trouble !== undefined) return failed(trouble);
  const [refusal] = entry.refusals;
  if (refusal !== undefined) {
    const kind = refusal.code === 'NOT_READY' ? 'failed' : 'refused';
    return failed({ ...refusal, kind });
  }
  if (!assessed.settled) {
    const message = entry.change.kind === 'unknown' ? entry.change.reason : 'it could not be settled';
    return failed({ kind: 'failed', code: 'NOT_READY', message });
  }
  if (entry.change.kind === 'none') return { outcome: { kind: 'ok' }, result: assessed.result ?? skippedResult };
  const why = deviation(turn, entry);
  if (why === undefined) return undefined;
  const help = 'make a new plan and look at it';
  return failed({ kind: 'refused', code: 'PLAN_DEVIATION', message: why, help });
}

function deviation({ planned, bound }: Turn, entry: PlanEntry): string | undefined {
  if (!bound) return unshownRisk(planned, entry);
  const comparison = compareEntries(planned, entry);
  return comparison.kind === 'more' ? comparison.why : undefined;
}

async function attemptNode(
  tools: AssessTools,
  turn: Turn,
  assessed: Assessed,
): Promise<Ended | { readonly stale: string }> {
  const module = tools.context.catalog.modules.get(turn.node.module);
  const action = module?.kind === 'action' ? module : undefined;
  const performed = await perform(tools.context, tools.sessions, assessed, action !== undefined);
  if (performed.kind === 'stale') return { stale: performed.host };
  if (action !== undefined) {
    const params = assessed.params ?? {};
    return judgeAction(tools, turn, performed, actionResult(action, performed.results, params));
  }
  if (performed.kind === 'trouble') return failed(performed.outcome);
  const rounds = module !== undefined && 'rounds' in module ? module.rounds : 1;
  return proveState(tools, turn, assessed, rounds);
}

/** Reads again after the steps: what still differs after the last round is a failure, never a silent success. */
async function proveState(tools: AssessTools, turn: Turn, first: Assessed, rounds: number): Promise<Ended> {
  const { node } = turn;
  let after = await assess(tools, node, turn.excluded);
  for (let round = 1; round < rounds && after.entry.steps.length > 0 && after.entry.refusals.length === 0; round += 1) {
    const risk = unshownRisk(turn.planned, after.entry);
    if (risk !== undefined) return failed({ kind: 'refused', code: 'PLAN_DEVIATION', message: risk });
    const performed = await perform(tools.context, tools.sessions, after, false);
    if (performed.kind === 'trouble') return failed(performed.outcome);
    after = await assess(tools, node, turn.excluded);
  }
  if (after.trouble !== undefined) return failed(after.trouble);
  const { change, refusals } = after.entry;
  if (change.kind === 'none' && refusals.length === 0) {
    const { entry } = first;
    const prior = 'prior' in entry.change ? entry.change.prior : null;
    const desired = 'desired' in entry.change ? entry.change.desired : null;
    const result = stateResult('changed', entry.change, prior, desired);
    return judgeResource(tools, turn, result, divergence(turn.planned, entry));
  }
  const why = refusals.map(({ message }) => message).join('; ') || differencesOf(change);
  const host = node.hosts[0] ?? '';
  const message = `the steps succeeded, yet reading again shows: ${why}`;
  return failed({ kind: 'failed', code: 'NOT_CONVERGED', message, host });
}

function divergence(planned: PlanEntry, done: PlanEntry): { readonly diverged?: string } {
  if (planned.change.kind === 'unknown') return {};
  const comparison = compareEntries(planned, done);
  return comparison.kind === 'same' ? {} : { diverged: comparison.why };
}

function judgeAction(tools: AssessTools, turn: Turn, performed: Performed, result: JsonObject): Ended {
  if (performed.kind === 'trouble') return { ...failed(performed.outcome), result };
  const rc = performed.kind === 'done' ? performed.results.find(({ code }) => code !== 0)?.code : undefined;
  const failedWhen = ask(tools, turn, 'failedWhen', result) ?? rc !== undefined;
  if (typeof failedWhen !== 'boolean') return failedWhen;
  if (failedWhen) {
    const stderr = typeof result['stderr'] === 'string' ? result['stderr'].trim().slice(-500) : '';
    const how = rc === undefined ? 'its failed_when condition holds' : `it exited with ${String(rc)}`;
    const message = stderr === '' ? how : `${how}: ${stderr}`;
    const outcome = { kind: 'failed', code: 'STEP_FAILED', message, host: turn.node.hosts[0] ?? '' } as const;
    return { outcome, result: { ...result, failed: true, msg: message } };
  }
  return judgeResource(tools, turn, { ...result, failed: false }, {});
}

/** Lets `changed_when` have the last word. */
function judgeResource(
  tools: AssessTools,
  turn: Turn,
  result: JsonObject,
  diverged: { readonly diverged?: string },
): Ended {
  const changed = ask(tools, turn, 'changedWhen', result) ?? result['changed'] === true;
  if (typeof changed !== 'boolean') return changed;
  return { outcome: { kind: changed ? 'changed' : 'ok' }, result: { ...result, changed }, ...diverged };
}

/** Evaluates `changed_when` or `failed_when` with the result bound to the registered name; undefined when not given. */
function ask(
  tools: AssessTools,
  { node }: Turn,
  which: 'changedWhen' | 'failedWhen',
  result: JsonObject,
): boolean | Ended | undefined {
  if (node[which].length === 0) return undefined;
  const session = tools.sessions.get(node.hosts[0] ?? '');
  const { graph, catalog } = tools.context;
  const results = { ...session?.results, ...(node.register === undefined ? {} : { [node.register]: result }) };
  const evaluated = bindConditions(graph, node, node[which], { facts: session?.facts ?? {}, results }, catalog);
  if (evaluated.kind === 'known') return evaluated.value;
  const message =
    evaluated.kind === 'late'
      ? `its condition needs ${evaluated.names.join(', ')}`
      : evaluated.diagnostics.map((diagnostic) => diagnostic.message).join('; ');
  return failed({ kind: 'failed', code: 'BAD_PARAMETERS', message });
}

function failed(outcome: Outcome): Ended {
  const message = 'message' in outcome ? outcome.message : '';
  return { outcome, result: { changed: false, failed: true, skipped: false, msg: message } };
}
