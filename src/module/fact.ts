import { createHash } from 'node:crypto';
import { RunnerError } from '../model/errors.js';
import type { Param } from '../schema/param.js';
import type { Fact, RunResult } from '../transport/probe.js';

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

/** The error of a look that failed: what was looked at, and the host's reason. */
export function readFailed(what: string, reply: RunResult): RunnerError {
  const [reason = ''] = reply.stderr.trim().split('\n');
  return new RunnerError('READ_FAILED', `${what}: ${reason === '' ? `exit code ${String(reply.code)}` : reason}`);
}

/** The error of parameters that contradict each other in a way that their types cannot say. */
export function badParameters(message: string, help?: string): RunnerError {
  return new RunnerError('BAD_PARAMETERS', message, help === undefined ? {} : { help });
}

/** SHA-256 in hex over texts; different lists of texts never give the same input. */
export function digestOfTexts(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
