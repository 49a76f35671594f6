import type { OutcomeKind } from './event.js';

/** Everything that an exit code tells apart; a fact that is left out did not happen. */
export interface ExitFacts {
  /** A mistake in the program itself. */
  readonly internal?: boolean;
  /** Stopped by Ctrl-C or a signal. */
  readonly interrupted?: boolean;
  /** The command line, a playbook, an inventory or a configuration is not valid. */
  readonly invalid?: boolean;
  /** Another run holds the lock of a host. */
  readonly locked?: boolean;
  /** How nodes ended, each kind at least once. */
  readonly outcomes?: Iterable<OutcomeKind>;
  /** A stale plan, a question answered with no, or a guard. */
  readonly refused?: boolean;
  /** Anything else that went wrong. */
  readonly error?: boolean;
  /** There are differences and the command was asked to tell (`drift`, `plan --detailed-exitcode`). */
  readonly differences?: boolean;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 70 | 130;

/** Says what the process exits with. When several facts hold, the first of 70, 130, 5, 7, 2, 4, 6, 1, 3 wins. */
export function exitCodeOf(facts: ExitFacts): ExitCode {
  const outcomes = new Set(facts.outcomes);
  const precedence: readonly (readonly [boolean | undefined, ExitCode])[] = [
    [facts.internal, 70],
    [facts.interrupted, 130],
    [facts.invalid, 5],
    [facts.locked, 7],
    [outcomes.has('failed'), 2],
    [outcomes.has('unreachable') || outcomes.has('unknown'), 4],
    [facts.refused === true || outcomes.has('refused'), 6],
    [facts.error, 1],
    [facts.differences, 3],
  ];
  return precedence.find(([holds]) => holds === true)?.[1] ?? 0;
}
