import type { Param } from '../schema/param.js';
import type { Fact } from '../transport/probe.js';

/** A fact without arguments that templates and conditions may use as `facts.NAME`. */
export interface HostFact<T = unknown> extends Fact<T, readonly []> {
  /** The shape of its value: what `facts.NAME.x` may name, and its documentation. */
  readonly shape: Param<T>;
}

export function defineFact<T, A extends readonly string[]>(fact: Fact<T, A>): Fact<T, A> {
  return fact;
}

export function defineHostFact<T>(fact: HostFact<T>): HostFact<T> {
  return fact;
}
