import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import { equalJson } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import { assess } from './assess.js';
import type { Assessed, AssessTools } from './assess.js';
import { compareEntries, unshownRisk } from './conform.js';
import { differencesOf, perform } from './perform.js';
import { failed, judgeAction, judgeResult } from './judge.js';
import type { Ended } from './judge.js';
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

/** How a turn ended, and where. */
export interface TurnEnded extends Ended {
  /** Hosts on which something was, or may have been, done. */
  readonly acted: ReadonlySet<string>;
  /** Members that could not take part, with the reason. */
  readonly unreachable: Readonly<Record<string, string>>;
}

/** Brings one node to its desired state, and proves that by reading again. */
export async function takeTurn(tools: AssessTools, turn: Turn): Promise<TurnEnded> {
  const { node, excluded } = turn;
  const acted = new Set<string>();
  let assessed = needsLook(tools, turn) ? await assess(tools, node, excluded) : turn.ahead;
  const where = () => ({ acted, unreachable: assessed.entry.unreachable ?? {} });
  for (let attempt = 0; ; attempt += 1) {
    const settled = await withoutSteps(tools, assessed, turn, acted);
    if (settled !== undefined) return { ...settled, ...where() };
    const tried = await attemptNode(tools, turn, assessed, acted);
    if (!('stale' in tried)) return { ...tried, ...where() };
    tools.context.emit({ type: 'node.stale', node: node.id, host: tried.stale });
    if (attempt === staleLimit) {
      const message = `${tried.stale} keeps changing between reading and acting${doneOn(acted)}`;
      return { ...failed({ kind: 'failed', code: 'STALE', message, host: tried.stale }), ...where() };
    }
    assessed = await assess(tools, node, excluded);
  }
}

function doneOn(acted: ReadonlySet<string>): string {
  return acted.size === 0 ? '' : `; a part was done already on ${[...acted].join(', ')}`;
}

/**
 * Whether a node has to be read again before its turn. What has steps of one host is checked by the script itself; what
 * has none is settled only while nothing was performed on its hosts since it was read.
 */
function needsLook(tools: AssessTools, { node, ahead, excluded }: Turn): boolean {
  const open = !ahead.settled || excluded.size > 0;
  if (node.hosts.length > 1 && (open || ahead.entry.steps.length > 0)) {
    // The script checks only the host that acts; the other members have to be looked at anew.
    for (const host of ahead.looks.keys()) tools.sessions.get(host)?.advance();
    return true;
  }
  if (open || restsOnOther(tools, ahead)) return true;
  const moved = [...ahead.looks].some(([host, { epoch }]) => tools.sessions.get(host)?.epoch !== epoch);
  if (ahead.trouble !== undefined) return moved;
  if (ahead.entry.refusals.length > 0) return moved;
  return ahead.entry.steps.length === 0 && moved;
}

/** Whether a result that it was assessed with is not what its node gave in the end. */
function restsOnOther(tools: AssessTools, { used }: Assessed): boolean {
  if (used === undefined) return false;
  const now = tools.results(used.host);
  return Object.entries(used.results).some(([name, result]) => !equalJson(result, now[name] ?? null));
}

/** Settles a node that needs no step, may not take one, or cannot. */
async function withoutSteps(
  tools: AssessTools,
  assessed: Assessed,
  turn: Turn,
  acted: ReadonlySet<string>,
): Promise<Ended | undefined> {
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
  // Less may be left when a host changed after another one was acted on.
  if (entry.change.kind === 'none') {
    return judgeResult(tools, turn.node, { ...(assessed.result ?? skippedResult), changed: acted.size > 0 });
  }
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
  acted: Set<string>,
): Promise<Ended | { readonly stale: string }> {
  const module = tools.context.catalog.modules.get(turn.node.module);
  const action = module?.kind === 'action' ? module : undefined;
  const performed = await perform(tools.context, tools.sessions, assessed, {
    tolerant: action !== undefined,
    acted,
  });
  if (performed.kind === 'stale') return { stale: performed.host };
  if (action !== undefined) {
    const result = actionResult(action, performed.results, assessed.params ?? {});
    return performed.kind === 'trouble'
      ? { ...failed(performed.outcome), result }
      : judgeAction(tools, turn.node, performed.results, result);
  }
  if (performed.kind === 'trouble') return failed(performed.outcome);
  const rounds = module !== undefined && 'rounds' in module ? module.rounds : 1;
  return proveState(tools, turn, assessed, { rounds, acted });
}

/** Reads again after the steps: what still differs after the last round is a failure, never a silent success. */
async function proveState(
  tools: AssessTools,
  turn: Turn,
  first: Assessed,
  { rounds, acted }: { readonly rounds: number; readonly acted: Set<string> },
): Promise<Ended> {
  const { node } = turn;
  let after = await assess(tools, node, turn.excluded);
  for (let round = 1; round < rounds && after.entry.steps.length > 0 && after.entry.refusals.length === 0; round += 1) {
    const risk = unshownRisk(turn.planned, after.entry);
    if (risk !== undefined) return failed({ kind: 'refused', code: 'PLAN_DEVIATION', message: risk });
    const performed = await perform(tools.context, tools.sessions, after, { tolerant: false, acted });
    if (performed.kind === 'trouble') return failed(performed.outcome);
    after = await assess(tools, node, turn.excluded);
  }
  const lost = lostSince(first, after);
  if (lost !== undefined) return failed(lost);
  if (after.trouble !== undefined) return failed(after.trouble);
  const { change, refusals } = after.entry;
  if (change.kind === 'none' && refusals.length === 0) {
    const { entry } = first;
    const prior = 'prior' in entry.change ? entry.change.prior : null;
    const desired = 'desired' in entry.change ? entry.change.desired : null;
    const result = stateResult('changed', entry.change, prior, desired);
    return { ...(await judgeResult(tools, node, result)), ...divergence(turn.planned, entry) };
  }
  const why = refusals.map(({ message }) => message).join('; ') || differencesOf(change);
  const how = acted.size === 0 ? 'there is no step for what differs' : 'the steps succeeded, yet reading again shows';
  const host = refusals[0]?.host ?? (node.hosts.length === 1 ? node.hosts[0] : undefined);
  const where = host === undefined ? {} : { host };
  return failed({ kind: 'failed', code: 'NOT_CONVERGED', message: `${how}: ${why}`, ...where });
}

/** A host that took part and cannot be read any more: what was done may hold, but it is not proved. */
function lostSince(first: Assessed, { entry }: Assessed): Outcome | undefined {
  const lost = Object.entries(entry.unreachable ?? {}).find(([host]) => first.looks.has(host));
  if (lost === undefined) return undefined;
  const [host, reason] = lost;
  const message = `the steps were performed, but it could not be read again what they did: ${reason}`;
  return { kind: 'unknown', code: 'CONNECTION_LOST', message, host };
}

function divergence(planned: PlanEntry, done: PlanEntry): { readonly diverged?: string } {
  if (planned.change.kind === 'unknown') return {};
  const comparison = compareEntries(planned, done);
  return comparison.kind === 'same' ? {} : { diverged: comparison.why };
}
