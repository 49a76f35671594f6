import type { SectionName, Text } from './playbook.js';
import type { Span, Value } from './source.js';

/** How a host is reached. Paths are absolute; `~` is expanded. */
export type HostTarget =
  | {
      readonly kind: 'ssh';
      readonly address: string;
      readonly port: number;
      readonly user: string;
      readonly keyFiles: readonly string[];
      readonly agent?: string;
      readonly knownHosts: readonly string[];
      readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
      /** Seconds to connect and log in. */
      readonly connectTimeout: number;
    }
  | { readonly kind: 'local'; readonly user: string };

export interface HostSpec {
  readonly name: string;
  readonly target: HostTarget;
  /** False for a host outside `--limit`: it may be looked at as a member of a cluster object, never changed. */
  readonly mayChange: boolean;
}

export type NodeId = string;

/** Variables that a node sees: each with the value that wins. Values may still hold templates. */
export type Scope = Readonly<Record<string, Value>>;
export type ScopeId = string;

/**
 * What has to come first. `need`: the node is not run when that one did not succeed (tasks of a host in their order);
 * `order`: it only waits (objects that are independent of each other).
 */
export interface Edge {
  readonly node: NodeId;
  readonly kind: 'need' | 'order';
}

export interface ModuleNode {
  readonly kind: 'module';
  readonly id: NodeId;
  /** The name of the task or of the part of the storage object. */
  readonly name: string;
  readonly module: string;
  /** One host; or the members of a cluster object, in the order of the inventory. */
  readonly hosts: readonly string[];
  /** Validated when it holds no late values; else again when they are known. */
  readonly params: Value;
  /** Whether `params` can be evaluated before connecting. */
  readonly late: boolean;
  readonly when: readonly Text[];
  readonly changedWhen: readonly Text[];
  readonly failedWhen: readonly Text[];
  readonly register?: string;
  readonly tags: readonly string[];
  /** The user that its commands run as; absent = the login user. */
  readonly becomeUser?: string;
  readonly timeout?: number;
  readonly scope: ScopeId;
  readonly after: readonly Edge[];
  readonly section: SectionName;
  readonly play: number;
  /** The storage object that it is part of, outermost first: `["Image Storage \"gold\"", "External volume \"nfs\""]`. */
  readonly object: readonly string[];
  readonly at: Span;
}

/** Joins all that came before it, so that edges between plays do not grow with hosts × hosts. */
export interface BarrierNode {
  readonly kind: 'barrier';
  readonly id: NodeId;
  readonly after: readonly Edge[];
}

export type GraphNode = ModuleNode | BarrierNode;

/** A storage object as declared, with the nodes that it became: what `status` shows. */
export interface StorageObject {
  readonly id: string;
  readonly composite: string;
  readonly section: SectionName;
  readonly params: Value;
  readonly hosts: readonly string[];
  /** Node ids by the key that the composite gave them; per-host nodes as `KEY@HOST`. */
  readonly nodes: Readonly<Record<string, NodeId>>;
  readonly scope: ScopeId;
  readonly becomeUser?: string;
  readonly at: Span;
}

/** Everything that a run may do, fixed before any host is connected. Nodes stand in an order that respects `after`. */
export interface Graph {
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly nodes: readonly GraphNode[];
  readonly scopes: Readonly<Record<ScopeId, Scope>>;
  readonly objects: readonly StorageObject[];
}
