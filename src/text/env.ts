import type { Diagnostic } from '../model/diagnostic.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Span, Value } from '../model/source.js';
import type { Param } from '../schema/param.js';

/**
 * What a name stands for.
 *
 * - `value`: plain data (magic variables, facts and results once they are known).
 * - `source`: a variable as its author wrote it; it may hold templates itself and is evaluated when used.
 * - `late`: known only during the run. `shape` says what may be named below it (without it everything may); `parts` are
 *   the keys of it that are known already (facts that were gathered).
 */
export type Binding =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'source'; readonly value: Value }
  | { readonly kind: 'late'; readonly shape?: Param<unknown>; readonly parts?: JsonObject };

/** Resolves names for templates and CEL alike. */
export interface Env {
  lookup(name: string): Binding | undefined;
  /** All names, for "did you mean". */
  names(): readonly string[];
}

export interface Reference {
  readonly path: readonly string[];
  readonly at: Span;
  /** Named in `defined(…)` or as the first value of `default`: it need not exist. */
  readonly optional: boolean;
}

export type Evaluated<T> =
  | { readonly kind: 'known'; readonly value: T }
  /**
   * Names that are not known yet: `created`; for a late binding with `parts` (also empty ones) with the key below it,
   * `facts.qemu`.
   */
  | { readonly kind: 'late'; readonly names: readonly string[] }
  | { readonly kind: 'error'; readonly diagnostics: readonly Diagnostic[] };
