import type { Mode, Recap } from '../model/event.js';
import type { PlanEntry } from '../model/plan.js';
import type { StatusReport } from '../model/status.js';
import { compareEntries } from './conform.js';
import type { RunContext } from './context.js';
import { observe } from './observe.js';
import { recapOf } from './recap.js';
import { isModuleNode, refOf } from './refs.js';
import type { Traffic } from '../transport/connection.js';
import { closeSessions, createSessions, trafficOf } from './session.js';
import type { Sessions } from './session.js';
import { survey } from './survey.js';
import type { Survey } from './survey.js';
import { walk } from './walk.js';

export interface RunInfo {
  readonly version: string;
  readonly playbook: string;
  readonly mode: Mode;
}

/** A run whose hosts were looked at: what was found, and what can be done with it. Close it in any case. */
export interface Run {
  /** What would be done, in the order of the graph. */
  readonly entries: readonly PlanEntry[];
  /**
   * Does it.
   * @param saved entries of a saved plan: then nothing is done that they do not show
   */
  perform(saved?: readonly PlanEntry[]): Promise<Recap>;
  /** The recap of a run in which nothing was performed. */
  untouched(): Recap;
  /** What was sent to each host that was connected to. */
  traffic(): Promise<Readonly<Record<string, Traffic>>>;
  /** Makes the tree of the storages. */
  observe(now: Date): Promise<StatusReport>;
  close(): Promise<void>;
}

/** Connects to the hosts and looks at everything that the graph names. Changes nothing. */
export async function startRun(context: RunContext, info: RunInfo): Promise<Run> {
  const start = context.clock();
  const hosts = Object.values(context.graph.hosts)
    .filter(({ mayChange }) => mayChange)
    .map(({ name }) => name);
  const nodes = context.graph.nodes.filter(isModuleNode).map(refOf);
  context.emit({ type: 'run.start', format: 1, ...info, hosts, nodes });
  const sessions = createSessions(context);
  try {
    const found = await survey(context, sessions);
    return makeRun(context, sessions, found, () => (context.clock() - start) / 1000);
  } catch (error) {
    await closeSessions(sessions);
    throw error;
  }
}

function makeRun(context: RunContext, sessions: Sessions, found: Survey, elapsed: () => number): Run {
  const entries = [...found.values()].map(({ entry }) => entry);
  return {
    entries,
    async perform(saved) {
      const planned = new Map((saved ?? entries).map((entry) => [entry.node.id, entry]));
      const endings = await walk({ context, sessions }, found, { planned, bound: saved !== undefined });
      return recapOf(context, found, endings, elapsed());
    },
    untouched: () => recapOf(context, found, new Map(), elapsed()),
    traffic: () => trafficOf(sessions),
    observe: (now) => observe(context, sessions, found, now),
    close: () => closeSessions(sessions),
  };
}

/** What a saved plan did not show, or shows and is done already, by entry. */
export interface PlanDifference {
  readonly entry: PlanEntry;
  readonly kind: 'less' | 'more';
  readonly why: string;
}

/** Compares what is to be done now with a saved plan of the same inputs. */
export function compareWithPlan(saved: readonly PlanEntry[], now: readonly PlanEntry[]): readonly PlanDifference[] {
  const planned = new Map(saved.map((entry) => [entry.node.id, entry]));
  return now.flatMap((entry): PlanDifference[] => {
    const before = planned.get(entry.node.id);
    if (before === undefined) return [{ entry, kind: 'more', why: 'it is not in the plan' }];
    const comparison = compareEntries(before, entry);
    return comparison.kind === 'same' ? [] : [{ entry, kind: comparison.kind, why: comparison.why }];
  });
}
