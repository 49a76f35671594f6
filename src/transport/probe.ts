import type { ReadRequest } from '../model/step.js';

/** What a look gave, decoded. Bytes that are not UTF-8 become U+FFFD. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A piece of knowledge about a host: what to ask and a pure parser of the reply, tested on recorded outputs of real
 * tools. The parser throws when the reply is not what the tool is known to print: a failed look is never an absence.
 */
export interface Fact<T, A extends readonly string[] = readonly string[]> {
  readonly name: string;
  readonly summary: string;
  /** The request for these arguments. With `each` there is exactly one argument. */
  request(args: A): ReadRequest;
  /** `reply.stdout` of an `each` request holds the TEXT of the record; `reply.code` is 1 when there was no record. */
  parse(reply: RunResult, args: A): T;
}

/** How a module looks at a host. It cannot change anything; what it asks in one turn travels together. */
export interface Probe {
  readonly host: string;
  /** Runs a program of the read-only table (or one of the module's `reads`). */
  run(argv: readonly string[], options?: { readonly as?: string }): Promise<RunResult>;
  /** The whole file as UTF-8 text, or null when it does not exist. */
  readFile(path: string, options?: { readonly as?: string }): Promise<string | null>;
  fact<T, A extends readonly string[]>(fact: Fact<T, A>, args: A, options?: { readonly as?: string }): Promise<T>;
}
