import type { MapValue, Span } from './source.js';

/** Variables of one origin. Layers are listed from the lowest to the highest precedence. */
export interface VarLayer {
  /** Says where they come from, for people: `group_vars/kvm.yml`, `inventory/lab.yml host kvm1`. */
  readonly origin: string;
  readonly vars: MapValue;
}

export interface InventoryHost {
  readonly name: string;
  readonly at: Span;
  /** Every group the host is in, directly or through children; `all` and `ungrouped` included. */
  readonly groups: readonly string[];
  readonly layers: readonly VarLayer[];
}

export interface InventoryGroup {
  readonly name: string;
  readonly at: Span;
  /** Hosts of the group and of its children, in the order of the inventory. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
}

/** Hosts and groups keep the order in which the files name them. */
export interface Inventory {
  readonly files: readonly string[];
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  readonly groups: ReadonlyMap<string, InventoryGroup>;
}
