import type { Change, Refusal } from './change.js';
import type { NodeId } from './graph.js';
import type { HostStep, ReadRequest } from './step.js';

/** A node as reporters and saved plans know it. */
export interface NodeRef {
  readonly id: NodeId;
  readonly name: string;
  readonly module: string;
  readonly hosts: readonly string[];
  readonly object: readonly string[];
  /** `playbooks/site.yml:14:7`. */
  readonly at: string;
}

/** What would be done about one node. */
export interface PlanEntry {
  readonly node: NodeRef;
  readonly change: Change;
  readonly steps: readonly HostStep[];
  readonly refusals: readonly Refusal[];
  /** What it was read from: requests by host, and one digest over all replies. */
  readonly reads: Readonly<Record<string, readonly ReadRequest[]>>;
  readonly digest: string;
  /** Set when the node was not assessed: skipped by its condition, or a host of it is not reachable. */
  readonly skipped?: string;
  readonly unreachable?: Readonly<Record<string, string>>;
}

export const planFormat = 1;

/** A saved plan. It is never executed: `apply` derives it again and compares. It holds no secret. */
export interface Plan {
  readonly format: typeof planFormat;
  readonly version: string;
  /** When it was made, ISO 8601. */
  readonly made: string;
  /** The command line choices that it was made with. */
  readonly playbook: string;
  readonly options: PlanOptions;
  /** SHA-256 of every file read, by path relative to the working directory. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly entries: readonly PlanEntry[];
}

export interface PlanOptions {
  /** `stowage.yml` as named by the user. */
  readonly config?: string;
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
}
