import { RunnerError } from '../model/errors.js';
import type { HostSpec } from '../model/graph.js';
import type { JsonObject } from '../model/json.js';
import type { ReadRequest, Reply } from '../model/step.js';
import type { Connection, Traffic } from '../transport/connection.js';
import { createReader } from '../transport/reader.js';
import type { Reader } from '../transport/reader.js';
import { createLimiter } from './context.js';
import type { RunContext } from './context.js';

export type Seed = readonly { readonly request: ReadRequest; readonly reply: Reply }[];

/**
 * One host during a run: its connection, made when first needed and shared by all nodes; what was read; the
 * results that were registered.
 */
export class HostSession {
  readonly spec: HostSpec;
  /** Grows with everything performed on the host: what was read at an older epoch may no longer hold. */
  epoch = 0;
  results: JsonObject = {};
  readonly #open: () => Promise<Connection>;
  readonly #readers = new Map<string, Promise<Reader>>();
  readonly #live = new Map<string, Reader>();
  #connection: Promise<Connection> | undefined;

  constructor(spec: HostSpec, open: () => Promise<Connection>) {
    this.spec = spec;
    this.#open = open;
  }

  /** @throws RunnerError when the host cannot be reached; the same error each time. */
  connection(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }

  /** How one user looks at the host; shared, so that equal looks of all nodes are one. */
  reader(user: string | undefined): Promise<Reader> {
    const key = user ?? '';
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      reader = this.connection().then((connection) => {
        const made = createReader(connection, user);
        this.#live.set(key, made);
        return made;
      });
      this.#readers.set(key, reader);
    }
    return reader;
  }

  /** The same, before the connection is there: what is asked waits for it. */
  looker(user: string | undefined): Pick<Reader, 'read'> {
    return { read: async (request) => (await this.reader(user)).read(request) };
  }

  /**
   * Something was, or may have been, changed on the host: forgets what was read.
   * @param seed what was read after the change, as `user`
   */
  advance(user?: string, seed: Seed = []): void {
    this.epoch += 1;
    for (const [key, reader] of this.#live) reader.advance(key === (user ?? '') ? seed : []);
  }

  /** The host's name and what was sent to it; undefined when it was not connected to. */
  async traffic(): Promise<readonly [string, Traffic] | undefined> {
    try {
      const connection = await this.#connection;
      return connection === undefined ? undefined : [this.spec.name, connection.traffic];
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    try {
      await (await this.#connection)?.close();
    } catch {
      // It was never open, or is already lost: both were reported where they happened.
    }
  }
}

/** The sessions of all hosts of a run. */
export type Sessions = ReadonlyMap<string, HostSession>;

export function createSessions(context: RunContext): Sessions {
  const limit = createLimiter(context.forks);
  const sessions = Object.values(context.graph.hosts).map(
    (spec) => [spec.name, new HostSession(spec, () => limit(() => open(context, spec.name)))] as const,
  );
  return new Map(sessions);
}

export async function closeSessions(sessions: Sessions): Promise<void> {
  await Promise.all([...sessions.values()].map((session) => session.close()));
}

/** What was sent to each host that was connected to. */
export async function trafficOf(sessions: Sessions): Promise<Readonly<Record<string, Traffic>>> {
  const rows = await Promise.all([...sessions.values()].map((session) => session.traffic()));
  return Object.fromEntries(rows.filter((row) => row !== undefined));
}

async function open(context: RunContext, host: string): Promise<Connection> {
  const start = context.clock();
  try {
    const connection = await context.connect(host, context.signal);
    context.emit({ type: 'host.connected', host, seconds: (context.clock() - start) / 1000 });
    return connection;
  } catch (error) {
    const { code, message, help } = asRunnerError(error, 'UNREACHABLE');
    context.emit({ type: 'host.unreachable', host, code, message, ...(help === undefined ? {} : { help }) });
    throw error;
  }
}

/** Our own mistakes are passed on as they are, so that they show with their stack. */
export function asRunnerError(error: unknown, fallback: RunnerError['code']): RunnerError {
  if (error instanceof RunnerError) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return new RunnerError(fallback, error.message, { cause: error });
  }
  throw error;
}
