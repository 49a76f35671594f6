/**
 * What the world can do to a run. `code` is part of the product; the message is one sentence without a final period;
 * `help` says what to do next.
 */
export const runnerErrorCodes = {
  UNREACHABLE: 'no connection could be made; nothing was sent',
  HOST_KEY: 'the host key is unknown, changed or revoked; nothing was sent',
  AUTH_FAILED: 'the host refused the user or key',
  BECOME_FAILED: 'the login user may not become the other user without a password',
  CONNECTION_LOST: 'the connection ended while something was under way; its outcome is unknown',
  TIMEOUT: 'a deadline passed; the outcome is unknown',
  OUTPUT_LIMIT: 'a command printed more than its cap',
  READ_FAILED: 'a look at the host failed; a failed look is never taken for an absence',
  STEP_FAILED: 'a command of a step failed',
  NOT_CONVERGED: 'the steps succeeded, yet reading again shows a difference',
  STALE: 'what was read changed again and again before the steps could start',
  REFUSED: 'a guard of the module refused',
  MEMBER_MISSING: 'a cluster object would change while one of its hosts cannot take part',
  PLAN_DEVIATION: 'a step is needed that the saved plan did not show',
  NOT_READY: 'something that the module needs is not there and nothing before it provides it',
  BAD_PARAMETERS: 'a parameter became known during the run and is not valid',
  INTERNAL: 'a mistake in a module or in stowage itself',
  NOT_READ_ONLY: 'a module handed a program to its probe that is not known to be read-only',
} as const;

export type RunnerErrorCode = keyof typeof runnerErrorCodes;

export class RunnerError extends Error {
  readonly code: RunnerErrorCode;
  readonly help: string | undefined;

  constructor(code: RunnerErrorCode, message: string, options: { help?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RunnerError';
    this.code = code;
    this.help = options.help;
  }
}
