import type { Recap } from './event.js';

/** What a command ends with; where both exist, Ansible's meaning. */
export const exitCodes = {
  done: 0,
  error: 1,
  failed: 2,
  differences: 3,
  unreachable: 4,
  invalid: 5,
  refused: 6,
  locked: 7,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** When several hold, the first of these is told. */
const precedence: readonly ExitCode[] = [70, 130, 5, 7, 2, 4, 6, 1, 3, 0];

/** The one exit code of several that hold. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.done;
}

/** The exit code of a run that ended as `recap` says. */
export function exitCodeOf(recap: Recap): ExitCode {
  const codes = Object.values(recap.hosts).flatMap((counts): ExitCode[] => [
    ...(counts.failed > 0 ? [exitCodes.failed] : []),
    ...(counts.unreachable + counts.unknown > 0 ? [exitCodes.unreachable] : []),
    ...(counts.refused > 0 ? [exitCodes.refused] : []),
  ]);
  return gravest(codes);
}
