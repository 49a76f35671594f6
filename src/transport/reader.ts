import type { Json } from '../model/json.js';
import type { ReadRequest, Reply } from '../model/step.js';
import type { Connection } from './connection.js';
import type { Probe } from './probe.js';

/** Looks at one host as one user, for all nodes: coalesces and remembers. */
export interface Reader {
  /**
   * All requests of one turn of the event loop travel as one `connection.read` and resolve together; equal requests are
   * asked once until `advance`.
   */
  read(request: ReadRequest): Promise<Reply>;
  /** Something was changed on the host: forgets all but `seed`, which was read after the change. */
  advance(seed: readonly { readonly request: ReadRequest; readonly reply: Reply }[]): void;
}

/** One look of an assessment, with what its fact made of the reply. */
export interface Recorded {
  readonly request: ReadRequest;
  readonly reply: Reply;
  /** The fact's parser as a JSON value; absent for plain `run` and `readFile`, where the reply itself counts. */
  readonly parse?: (reply: Reply) => Json;
}

export interface Recording {
  readonly probe: Probe;
  /** Every look so far, each request once, in the order of asking. */
  records(): readonly Recorded[];
}

export declare function createReader(connection: Connection, user: string | undefined): Reader;
/** @param reads programs that the module may run besides the read-only table */
export declare function recordingProbe(host: string, reader: Reader, reads: readonly string[]): Recording;
/** SHA-256 over the output and exit code of all replies, as the host computes it in a Program. */
export declare function digestOf(replies: readonly Reply[]): string;
/** Whether fresh replies mean the same as the recorded ones: equal bytes, or equal parsed facts. */
export declare function sameMeaning(records: readonly Recorded[], fresh: readonly Reply[]): boolean;
