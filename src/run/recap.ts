import type { HostCounts, Outcome, OutcomeKind, Recap } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { RunContext } from './context.js';
import { isModuleNode, refOf } from './refs.js';
import type { Survey } from './survey.js';
import type { Ending, Endings } from './walk.js';

/**
 * Counts outcomes by host. A node of several hosts counts on each of them: `changed` where it had steps, trouble where it
 * happened; a host that cannot be reached counts as unreachable once, whatever was to be done on it.
 */
export function recapOf(context: RunContext, survey: Survey, endings: Endings, seconds: number): Recap {
  const changeable = Object.values(context.graph.hosts).filter(({ mayChange }) => mayChange);
  const counts = new Map(changeable.map(({ name }) => [name, zero()]));
  const troubles: Recap['troubles'][number][] = [];
  const interrupted = new Set<string>();
  for (const node of context.graph.nodes) {
    if (!isModuleNode(node)) continue;
    const ended = endings.get(node.id);
    if (ended === undefined) continue;
    const { outcome, acted = new Set() } = ended;
    const unreachable = ended.unreachable ?? survey.get(node.id)?.entry.unreachable ?? {};
    for (const host of node.hosts) {
      const row = counts.get(host);
      if (row === undefined) continue;
      if (ended.interrupted === true) interrupted.add(host);
      const kind = kindOn(host, node, ended, { acted, unreachable });
      // The second unreachable node of a host says nothing new.
      row[kind === 'unreachable' && row.unreachable > 0 ? 'skipped' : kind] += 1;
      if ('code' in outcome && (kind === outcome.kind || kind === 'unreachable')) {
        troubles.push({ host, node: refOf(node), outcome: troubleOn(host, kind, outcome, unreachable) });
      }
    }
  }
  return {
    hosts: Object.fromEntries<HostCounts>(counts),
    troubles: firstOfEach(troubles),
    seconds,
    ...(interrupted.size === 0 ? {} : { interrupted: [...interrupted] }),
  };
}

function zero(): Record<OutcomeKind, number> {
  return { ok: 0, changed: 0, skipped: 0, refused: 0, failed: 0, unreachable: 0, unknown: 0 };
}

function kindOn(
  host: string,
  node: ModuleNode,
  { outcome, without }: Ending,
  entry: { readonly acted: ReadonlySet<string>; readonly unreachable: Readonly<Record<string, string>> },
): OutcomeKind {
  if (without?.includes(host) === true && outcome.kind !== 'refused') return 'skipped';
  if (host in entry.unreachable) return 'unreachable';
  if (node.hosts.length === 1) return outcome.kind;
  if (outcome.kind === 'changed' && !entry.acted.has(host)) return 'ok';
  const elsewhere = 'host' in outcome && outcome.host !== undefined && outcome.host !== host;
  if (!elsewhere || outcome.kind === 'refused') return outcome.kind;
  return entry.acted.has(host) ? 'changed' : 'skipped';
}

function troubleOn(
  host: string,
  kind: OutcomeKind,
  outcome: Outcome,
  unreachable: Readonly<Record<string, string>>,
): Outcome {
  const message = unreachable[host];
  if (kind !== 'unreachable' || outcome.kind === 'unreachable' || message === undefined) return outcome;
  return { kind: 'unreachable', code: 'UNREACHABLE', message, host };
}

/** One unreachable line a host; other troubles all. */
function firstOfEach(troubles: Recap['troubles']): Recap['troubles'] {
  const seen = new Set<string>();
  return troubles.filter(({ host, outcome }) => {
    if (outcome.kind !== 'unreachable') return true;
    if (seen.has(host)) return false;
    seen.add(host);
    return true;
  });
}

export function countOf(recap: Recap, kind: OutcomeKind): number {
  return Object.values(recap.hosts).reduce((sum, counts) => sum + counts[kind], 0);
}
