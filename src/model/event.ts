import type { NodeId } from './graph.js';
import type { NodeRef, PlanEntry } from './plan.js';
import type { HostStep } from './step.js';

export type Mode = 'plan' | 'apply' | 'status';

export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  /** A guard said no, or a member of a cluster object is missing. Nothing was done. */
  | Trouble<'refused'>
  | Trouble<'failed'>
  /** The host could not be reached; nothing was sent. */
  | Trouble<'unreachable'>
  /** The connection or the time ran out while a step was under way. */
  | Trouble<'unknown'>;

export interface Trouble<K extends string> {
  readonly kind: K;
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  /** The host it happened on, for cluster objects. */
  readonly host?: string;
}

export type OutcomeKind = Outcome['kind'];

/** One row of the recap. */
export type HostCounts = Readonly<Record<OutcomeKind, number>>;

export interface Recap {
  readonly hosts: Readonly<Record<string, HostCounts>>;
  /** The last trouble of each host that had one. */
  readonly troubles: readonly { readonly host: string; readonly node?: NodeRef; readonly outcome: Outcome }[];
  readonly seconds: number;
  /** Hosts on which something was left undone because the user stopped the run. */
  readonly interrupted?: readonly string[];
}

/** Everything that happens in a run. Holds no display text, no secrets; reporters cannot answer back. */
export type Event =
  | {
      readonly type: 'run.start';
      readonly format: 1;
      readonly version: string;
      readonly mode: Mode;
      readonly playbook: string;
      readonly hosts: readonly string[];
      readonly nodes: readonly NodeRef[];
    }
  | { readonly type: 'host.connected'; readonly host: string; readonly seconds: number }
  | {
      readonly type: 'host.unreachable';
      readonly host: string;
      readonly code: string;
      readonly message: string;
      readonly help?: string;
    }
  | { readonly type: 'node.assessed'; readonly entry: PlanEntry }
  | { readonly type: 'node.start'; readonly node: NodeId }
  | { readonly type: 'node.stale'; readonly node: NodeId; readonly host: string }
  | { readonly type: 'step.start'; readonly node: NodeId; readonly index: number; readonly step: HostStep }
  | {
      readonly type: 'step.done';
      readonly node: NodeId;
      readonly index: number;
      readonly host: string;
      readonly code: number;
      readonly seconds: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | {
      readonly type: 'node.end';
      readonly node: NodeId;
      readonly outcome: Outcome;
      readonly seconds: number;
      readonly diverged?: string;
    }
  | { readonly type: 'run.end'; readonly recap: Recap; readonly exitCode: number };

/** An event with its number in the run and its time (ISO 8601). */
export interface StampedEvent {
  readonly seq: number;
  readonly time: string;
  readonly event: Event;
}
