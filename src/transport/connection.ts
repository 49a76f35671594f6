import type { ReadRequest, Reply, Step } from '../model/step.js';

/**
 * One node's turn on one host, as one script: the reads that it was assessed by are repeated; if they give the same,
 * the steps are performed in order until one fails; then `prove` is read.
 */
export interface Program {
  readonly expect: readonly ReadRequest[];
  /** What `digestOf` gives for the recorded looks of `expect`, in its order. */
  readonly digest: string;
  readonly steps: readonly Step[];
  readonly prove: readonly ReadRequest[];
  /** Seconds for steps that name no deadline of their own. */
  readonly stepDeadline: number;
}

export interface ProgramHooks {
  /** Asked when the repeated reads differ: `go` when what was parsed from them is equal all the same. */
  onDifference(replies: readonly Reply[]): 'go' | 'stop';
  onStepStart?(index: number): void;
  onStepDone?(index: number, reply: Reply, seconds: number): void;
}

export type ProgramResult =
  /** Nothing was done; these are the fresh replies. */
  | { readonly kind: 'stale'; readonly replies: readonly Reply[] }
  | {
      readonly kind: 'done';
      /** Replies of the steps that ran; the last one has a code other than 0 when it failed. */
      readonly steps: readonly Reply[];
      /** Set when a guard of the step after the last reply refused; the value is the guard's index. */
      readonly refusedBy?: number;
      /** Empty when a step failed. */
      readonly proved: readonly Reply[];
    };

/** What was sent to a host in a run: asserted by tests, shown by `-v`. */
export interface Traffic {
  /** Scripts sent to shells of the host, the opening handshake of each shell included. */
  readonly scripts: number;
  readonly reads: number;
  readonly steps: number;
}

/** A live connection to one host, with its long-lived shells. Not reusable after `close`. */
export interface Connection {
  readonly host: string;
  readonly traffic: Traffic;
  /**
   * Looks at the host; all requests travel as one script per identity and lane. A request that fails is a reply with
   * its code.
   * @param user the user that the shell runs as; absent = the login user
   * @throws RunnerError CONNECTION_LOST, BECOME_FAILED, OUTPUT_LIMIT
   */
  read(requests: readonly ReadRequest[], user?: string): Promise<readonly Reply[]>;
  /**
   * @throws RunnerError CONNECTION_LOST or TIMEOUT when the outcome is unknown; UNREACHABLE when the connection ended
   * before any step was begun
   */
  perform(program: Program, hooks: ProgramHooks, user?: string): Promise<ProgramResult>;
  close(): Promise<void>;
}

/** Opens a connection. @throws RunnerError UNREACHABLE, HOST_KEY, AUTH_FAILED: nothing was sent. */
export type Connect = (host: string, signal: AbortSignal) => Promise<Connection>;
