import type { Json, JsonObject } from './json.js';
import type { HostStep } from './step.js';

/**
 * The state of a managed thing: JSON, `null` in its place means that it does not exist.
 * A field that is absent from the desired state is not managed.
 */
export type State = JsonObject;

export interface FieldChange {
  /** Names of the keys down to the field; list items by index. */
  readonly path: readonly string[];
  readonly from: Json;
  readonly to: Json;
}

export type Change<S extends State = State> =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly desired: S }
  | { readonly kind: 'update'; readonly prior: S; readonly desired: S; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'replace'; readonly prior: S; readonly desired: S; readonly because: string }
  | { readonly kind: 'delete'; readonly prior: S }
  /** Only known during apply: an action, or a resource whose reading depends on what an earlier node changes. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A change that modules describe steps for. */
export type Pending<S extends State = State> = Exclude<Change<S>, { kind: 'none' } | { kind: 'unknown' }>;

/** A guard of a module says no. Shown by `plan` and enforced by `apply`. */
export interface Refusal {
  /** Upper-case words, e.g. `QEMU_ACCESS`. */
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  /** The host it is about, for cluster objects. */
  readonly host?: string;
}

/** What the engine found out about one node: what it is, what it shall be, and how it gets there. */
export interface Assessment {
  readonly change: Change;
  readonly steps: readonly HostStep[];
  readonly refusals: readonly Refusal[];
  /** The state read, for `register` and `status`. */
  readonly prior: State | null;
  readonly desired: State | null;
}
