import type { Event, Mode, Outcome, OutcomeKind, StampedEvent } from '../model/event.js';
import type { NodeId } from '../model/graph.js';
import type { NodeRef } from '../model/plan.js';
import type { HostStep } from '../model/step.js';

/** Where one host stands. */
export interface HostProgress {
  readonly host: string;
  /** Nodes that it takes part in. */
  readonly total: number;
  /** Nodes that came to their end; in a plan: that were assessed. */
  done: number;
  readonly counts: Record<OutcomeKind, number>;
  /** What runs now, since when (milliseconds). */
  current: { readonly node: NodeRef; readonly since: number; step?: HostStep; stepSince?: number } | undefined;
  /** The last trouble, with the node that it happened in. */
  trouble: { readonly outcome: Outcome; readonly node?: NodeRef } | undefined;
  connected: boolean;
  unreachable: boolean;
}

/** Where a run stands: what the live reporters show. */
export interface Progress {
  readonly mode: Mode;
  readonly playbook: string;
  /** Milliseconds of its first event. */
  readonly started: number;
  readonly hosts: ReadonlyMap<string, HostProgress>;
  readonly nodes: ReadonlyMap<NodeId, NodeRef>;
  readonly settled: Set<string>;
}

/** What a host does, in the order in which it goes through it. */
export type HostPhase = 'waiting' | 'running' | 'done' | 'troubled' | 'unreachable';

export function phaseOf(host: HostProgress): HostPhase {
  if (host.unreachable) return 'unreachable';
  if (host.current !== undefined) return 'running';
  if (host.trouble !== undefined) return 'troubled';
  if (host.done >= host.total) return 'done';
  return host.connected && host.done > 0 ? 'running' : 'waiting';
}

/** Counts hosts by how their last trouble is called. */
export function troublesByKind(hosts: readonly HostProgress[]): readonly (readonly [OutcomeKind, number])[] {
  const kinds = new Map<OutcomeKind, number>();
  for (const { trouble } of hosts) {
    if (trouble !== undefined) kinds.set(trouble.outcome.kind, (kinds.get(trouble.outcome.kind) ?? 0) + 1);
  }
  return [...kinds];
}

/** Begins to follow a run. */
export function startProgress(event: Extract<Event, { type: 'run.start' }>, time: string): Progress {
  const totals = new Map<string, number>();
  for (const host of event.nodes.flatMap((node) => node.hosts)) totals.set(host, (totals.get(host) ?? 0) + 1);
  const hosts = event.hosts.map((host) => [host, newHost(host, totals.get(host) ?? 0)] as const);
  return {
    mode: event.mode,
    playbook: event.playbook,
    started: Date.parse(time),
    hosts: new Map(hosts),
    nodes: new Map(event.nodes.map((node) => [node.id, node])),
    settled: new Set(),
  };
}

function newHost(host: string, total: number): HostProgress {
  const counts = { ok: 0, changed: 0, skipped: 0, refused: 0, failed: 0, unreachable: 0, unknown: 0 };
  return {
    host,
    total,
    done: 0,
    counts,
    current: undefined,
    trouble: undefined,
    connected: false,
    unreachable: false,
  };
}

/** Takes in one event and returns the hosts that it was about. */
export function advance(progress: Progress, stamped: StampedEvent): readonly HostProgress[] {
  const { event } = stamped;
  switch (event.type) {
    case 'run.start':
    case 'run.end':
    case 'node.stale':
      return [];
    case 'host.connected':
      return update(progress, [event.host], (host) => {
        host.connected = true;
      });
    case 'host.unreachable':
      return update(progress, [event.host], (host) => {
        host.unreachable = true;
        host.current = undefined;
        host.trouble = { outcome: { kind: 'unreachable', code: event.code, message: event.message } };
      });
    case 'node.assessed':
      if (progress.mode === 'apply') return [];
      return settle(progress, event.entry.node);
    case 'node.start':
      return startNode(progress, event.node, stamped.time);
    case 'step.start':
      return startStep(progress, event, stamped.time);
    case 'step.done':
      return update(progress, [event.host], (host) => {
        if (host.current?.node.id === event.node) host.current = { node: host.current.node, since: host.current.since };
      });
    case 'node.end':
      return endNode(progress, event);
    default:
      return event satisfies never;
  }
}

function update(
  progress: Progress,
  hosts: readonly string[],
  change: (host: HostProgress) => void,
): readonly HostProgress[] {
  const found = hosts.flatMap((host) => progress.hosts.get(host) ?? []);
  for (const host of found) change(host);
  return found;
}

/** Counts a node as done once, however often it is assessed. */
function settle(progress: Progress, node: NodeRef): readonly HostProgress[] {
  if (progress.settled.has(node.id)) return [];
  progress.settled.add(node.id);
  return update(progress, node.hosts, (host) => {
    host.done += 1;
  });
}

function startNode(progress: Progress, id: NodeId, time: string): readonly HostProgress[] {
  const node = progress.nodes.get(id);
  if (node === undefined) return [];
  return update(progress, node.hosts, (host) => {
    host.current = { node, since: Date.parse(time) };
  });
}

function startStep(
  progress: Progress,
  event: Extract<Event, { type: 'step.start' }>,
  time: string,
): readonly HostProgress[] {
  const node = progress.nodes.get(event.node);
  if (node === undefined) return [];
  const now = Date.parse(time);
  return update(progress, [event.step.host], (host) => {
    const since = host.current?.node.id === node.id ? host.current.since : now;
    host.current = { node, since, step: event.step, stepSince: now };
  });
}

function endNode(progress: Progress, event: Extract<Event, { type: 'node.end' }>): readonly HostProgress[] {
  const node = progress.nodes.get(event.node);
  if (node === undefined) return [];
  const { outcome } = event;
  settle(progress, node);
  return update(progress, node.hosts, (host) => {
    host.counts[outcome.kind] += 1;
    if (host.current?.node.id === node.id) host.current = undefined;
    const isTrouble = 'code' in outcome;
    if (isTrouble && !(host.unreachable && outcome.kind === 'unreachable')) host.trouble = { outcome, node };
  });
}
