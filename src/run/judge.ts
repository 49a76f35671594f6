import { RunnerError } from '../model/errors.js';
import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { JsonObject } from '../model/json.js';
import type { StepResult } from '../model/step.js';
import { bindConditions } from '../resolve/bind.js';
import { recordingProbe } from '../transport/reader.js';
import type { AssessTools } from './assess.js';
import { settled } from './binding.js';
import { isLost, troubleOf } from './reach.js';

/** How a node ended. */
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

/** An end with trouble. */
export function failed(outcome: Outcome): Ended {
  const message = 'message' in outcome ? outcome.message : '';
  return { outcome, result: { changed: false, failed: true, skipped: false, msg: message } };
}

/** Judges an action by its exit codes, unless `failed_when` says otherwise. */
export async function judgeAction(
  tools: AssessTools,
  node: ModuleNode,
  results: readonly StepResult[],
  result: JsonObject,
): Promise<Ended> {
  const rc = results.find(({ code }) => code !== 0)?.code;
  if (rc === undefined || node.failedWhen.length > 0) return judgeResult(tools, node, { ...result, failed: false });
  const stderr = typeof result['stderr'] === 'string' ? result['stderr'].trim().slice(-500) : '';
  const how = `it exited with ${String(rc)}`;
  return failedWith(node, stderr === '' ? how : `${how}: ${stderr}`, result);
}

/** Lets `failed_when` and `changed_when` have the last word about a node that went well otherwise. */
export async function judgeResult(tools: AssessTools, node: ModuleNode, result: JsonObject): Promise<Ended> {
  try {
    if ((await ask(tools, node, 'failedWhen', result)) === true) {
      return failedWith(node, 'its failed_when condition holds', result);
    }
    const changed = (await ask(tools, node, 'changedWhen', result)) ?? result['changed'] === true;
    return { outcome: { kind: changed ? 'changed' : 'ok' }, result: { ...result, changed } };
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    const lost = result['changed'] === true ? 'unknown' : 'unreachable';
    return { ...failed(troubleOf(isLost(error) ? lost : 'failed', error, node.hosts[0])), result };
  }
}

function failedWith(node: ModuleNode, message: string, result: JsonObject): Ended {
  const outcome = { kind: 'failed', code: 'STEP_FAILED', message, ...hostOf(node) } as const;
  return { outcome, result: { ...result, failed: true, msg: message } };
}

function hostOf({ hosts }: ModuleNode): { readonly host?: string } {
  return hosts.length === 1 && hosts[0] !== undefined ? { host: hosts[0] } : {};
}

/** Evaluates a condition with the result bound to the registered name; undefined when there is none. */
async function ask(
  tools: AssessTools,
  node: ModuleNode,
  which: 'changedWhen' | 'failedWhen',
  result: JsonObject,
): Promise<boolean | undefined> {
  const [host] = node.hosts;
  const session = tools.sessions.get(host ?? '');
  if (node[which].length === 0 || session === undefined) return undefined;
  const { graph, catalog } = tools.context;
  const { probe } = recordingProbe(session.spec.name, await session.reader(node.becomeUser), []);
  const own = node.register === undefined ? {} : { [node.register]: result };
  const known = { host: session.spec.name, probe, facts: {}, results: { ...session.results, ...own } };
  const holds = await settled(tools.provide, node, known, () =>
    bindConditions(graph, node, node[which], known, catalog),
  );
  if (holds.kind === 'known') return holds.value;
  throw new RunnerError('BAD_PARAMETERS', `its condition needs ${holds.names.join(', ')}`);
}
