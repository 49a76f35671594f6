import { isDeepStrictEqual } from 'node:util';
import { RunnerError } from '../model/errors.js';
import { canonicalJson } from '../model/json.js';
import type { Json } from '../model/json.js';
import type { ReadRequest, Reply } from '../model/step.js';
import type { Connection } from './connection.js';
import { OutputLimitError } from './outputLimit.js';
import type { Fact, Probe, RunResult } from './probe.js';
import { assertReadOnly } from './readOnly.js';
import { digestLooks } from './units.js';
import type { Look } from './units.js';

/** Looks at one host as one user, for all nodes: coalesces and remembers. */
export interface Reader {
  /**
   * All requests of one turn of the event loop travel as one `connection.read` and resolve together; equal requests are
   * asked once until `advance`.
   */
  read(request: ReadRequest): Promise<Reply>;
  /** Something was changed on the host: forgets all but `seed`, which was read after the change. */
  advance(seed: readonly Look[]): void;
}

/** One look of an assessment, with what its fact made of the reply. */
export interface Recorded extends Look {
  /** The fact's parser as a JSON value; absent for plain `run` and `readFile`, where the reply itself counts. */
  readonly parse?: (reply: Reply) => Json;
}

export interface Recording {
  readonly probe: Probe;
  /** Every look so far, each request once, in the order of asking. */
  records(): readonly Recorded[];
}

interface Asked {
  readonly request: ReadRequest;
  readonly key: string;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

export function createReader(connection: Connection, user: string | undefined): Reader {
  let known = new Map<string, Promise<Reply>>();
  let waiting: Asked[] = [];

  async function ask(): Promise<void> {
    const batch = waiting;
    waiting = [];
    const requests = batch.map(({ request }) => request);
    const replies = await connection.read(requests, user).catch((error: unknown) => {
      if (!(error instanceof OutputLimitError)) return batch.map(() => error);
      return error.replies.map((reply) => reply ?? error);
    });
    for (const [index, asked] of batch.entries()) {
      const reply = replies[index];
      if (isReply(reply)) asked.resolve(reply);
      else asked.reject(reply);
    }
  }

  function read(request: ReadRequest): Promise<Reply> {
    const key = canonicalJson({ ...request });
    const before = known.get(key);
    if (before !== undefined) return before;
    const reply = new Promise<Reply>((resolve, reject) => {
      waiting.push({ request, key, resolve, reject });
      // After the promise chains of this turn, so that what they ask for joins.
      if (waiting.length === 1) setImmediate(() => void ask());
    });
    const into = known;
    into.set(key, reply);
    // A look that failed may be tried again.
    reply.catch(() => into.delete(key));
    return reply;
  }

  return {
    read,
    advance(seed) {
      const kept = waiting.map(({ key }) => [key, known.get(key)] as const);
      known = new Map(seed.map(({ request, reply }) => [canonicalJson({ ...request }), Promise.resolve(reply)]));
      // What was not sent yet will be read after the change as well.
      for (const [key, reply] of kept) if (reply !== undefined && !known.has(key)) known.set(key, reply);
    },
  };
}

function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && 'stdout' in value;
}

interface Entry {
  readonly request: ReadRequest;
  reply: Reply | undefined;
  /** Whether the reply itself counts. */
  plain: boolean;
  readonly parsers: Map<string, (reply: Reply) => Json>;
}

/**
 * Gives a module its probe and keeps what it looked at. A file that `readFile` cannot open because it, or a directory
 * on its way, does not exist is null; so is a symbolic link that leads nowhere, as for anyone who opens it.
 * @param reads programs (`tool` or `tool subcommand`) that the module may run besides the read-only table
 */
export function recordingProbe(host: string, reader: Pick<Reader, 'read'>, reads: readonly string[]): Recording {
  const entries = new Map<string, Entry>();

  async function look(request: ReadRequest, name?: string, parse?: (reply: Reply) => Json): Promise<Reply> {
    const key = canonicalJson({ ...request });
    const entry = entries.get(key) ?? { request, reply: undefined, plain: false, parsers: new Map() };
    entries.set(key, entry);
    if (name === undefined || parse === undefined) entry.plain = true;
    else entry.parsers.set(name, parse);
    entry.reply = await reader.read(request);
    return entry.reply;
  }

  const probe: Probe = {
    host,
    async run(argv, options) {
      assertReadOnly(argv, reads);
      return decode(await look({ argv, ...options }));
    },
    async readFile(path, options) {
      if (!path.startsWith('/')) throw new RunnerError('READ_FAILED', `${path} is not an absolute path`);
      return fileText(path, decode(await look({ argv: ['cat', '--', path], ...options })), host);
    },
    async fact(fact, args, options) {
      const name = canonicalJson([fact.name, args]);
      const reply = await look({ ...fact.request(args), ...options }, name, (fresh) =>
        toJson(parsed(fact, fresh, args)),
      );
      return parsed(fact, reply, args);
    },
  };
  return { probe, records: () => [...entries.values()].flatMap(toRecorded) };
}

function toRecorded({ request, reply, plain, parsers }: Entry): readonly Recorded[] {
  if (reply === undefined) return [];
  if (plain) return [{ request, reply }];
  return [{ request, reply, parse: (fresh) => [...parsers.values()].map((parse) => parse(fresh)) }];
}

function fileText(path: string, { code, stdout, stderr }: RunResult, host: string): string | null {
  if (code === 0) return stdout;
  if (code === 1 && /: (?:No such file or directory|Not a directory)\n$/.test(stderr)) return null;
  const words = stderr.trim().replace(/^cat: /, '') || `exit code ${code}`;
  throw new RunnerError('READ_FAILED', `${path} on ${host} cannot be read: ${words}`);
}

function parsed<T, A extends readonly string[]>(fact: Fact<T, A>, reply: Reply, args: A): T {
  try {
    return fact.parse(decode(reply), args);
  } catch (cause) {
    if (cause instanceof RunnerError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new RunnerError('READ_FAILED', `fact ${fact.name}${args.map((arg) => ` ${arg}`).join('')}: ${words}`, {
      cause,
    });
  }
}

function decode({ code, stdout, stderr }: Reply): RunResult {
  return { code, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
}

/** Facts may hold maps and sets; what has no JSON form must not look equal to something else. */
function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value) || value instanceof Set) return [...value].map(toJson);
  if (value instanceof Map) return [...value].map(([key, item]) => [toJson(key), toJson(item)]);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  throw new Error(`a fact holds a ${typeof value}, which cannot be compared`);
}

/**
 * SHA-256 over the output and exit code of all looks, as the host computes it in a Program whose `expect` are these
 * requests in this order. The requests are needed because records of joined `each` requests hold their arguments.
 */
export function digestOf(looks: readonly Look[]): string {
  return digestLooks(looks);
}

/** Whether fresh replies mean the same as the recorded ones: equal bytes, or equal parsed facts. */
export function sameMeaning(records: readonly Recorded[], fresh: readonly Reply[]): boolean {
  if (records.length !== fresh.length) return false;
  return records.every(({ reply, parse }, index) => {
    const now = fresh[index];
    if (now === undefined) return false;
    if (now.code === reply.code && now.stdout.equals(reply.stdout)) return true;
    if (parse === undefined) return false;
    try {
      return isDeepStrictEqual(parse(reply), parse(now));
    } catch {
      // A reply that cannot be understood means nothing.
      return false;
    }
  });
}
