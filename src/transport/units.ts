import { createHash } from 'node:crypto';
import type { ReadRequest, Reply } from '../model/step.js';

/** A request with its reply. */
export interface Look {
  readonly request: ReadRequest;
  readonly reply: Reply;
}

/**
 * What is one process on the host: a request, or `each` requests of one kind that were joined.
 * `members` are the places of the requests in the list that the units were made of.
 */
export interface Unit {
  readonly request: ReadRequest;
  /** The user to become; absent = the user of the shell. */
  readonly as: string | undefined;
  readonly members: readonly number[];
}

/** Arguments of a process share a space of 2 MB and more with the environment; 64 KiB is safe everywhere. */
const joinedBytes = 64 * 1024;

/**
 * Joins `each` requests with equal script, user and slowness, at the place of the first of them. The same list gives
 * the same units, so that digests of controller and host agree.
 */
export function unitsOf(requests: readonly ReadRequest[]): readonly Unit[] {
  const units: { request: ReadRequest; members: number[]; args: string[]; bytes: number }[] = [];
  const open = new Map<string, number>();
  for (const [index, request] of requests.entries()) {
    if (!isEach(request)) {
      units.push({ request, members: [index], args: [], bytes: 0 });
      continue;
    }
    const [arg, ...more] = request.args;
    if (arg === undefined || more.length > 0) throw new Error('an each request has exactly one argument');
    const key = JSON.stringify([request.script, request.as ?? null, request.slow ?? false]);
    const bytes = Buffer.byteLength(arg) + 1;
    const unit = units[open.get(key) ?? -1];
    if (unit !== undefined && unit.bytes + bytes <= joinedBytes) {
      unit.members.push(index);
      unit.args.push(arg);
      unit.bytes += bytes;
    } else {
      open.set(key, units.length);
      units.push({ request, members: [index], args: [arg], bytes });
    }
  }
  return units.map(({ request, members, args }) => ({
    request: isEach(request) ? { ...request, args } : request,
    as: request.as,
    members,
  }));
}

/** Whoever is the user of the shell already needs not become it. */
export function actingFrom(user: string, unit: Unit): Unit {
  return unit.as === user ? { ...unit, as: undefined } : unit;
}

/** What a member of a failed `each` process gets when the exit code would mean "no record". */
const failedEach = 125;

/**
 * Gives each request of a unit its reply. An `each` request gets the text of its record; without a record code 1; and
 * when the process failed or printed something else, a code above 1, so that a failure is never an absence.
 */
export function repliesOf(unit: Unit, reply: Reply): readonly Reply[] {
  const { request } = unit;
  if (!isEach(request)) return [reply];
  if (reply.code !== 0) return unit.members.map(() => failed(reply, reply.code === 1 ? failedEach : reply.code));
  const texts = splitRecords(reply.stdout, request.args);
  if (texts === undefined) {
    const stderr = Buffer.from('the records that were printed are not those of the arguments\n');
    return unit.members.map(() => failed({ ...reply, stderr }, failedEach));
  }
  return texts.map((text) => ({ code: text === null ? 1 : 0, stdout: text ?? Buffer.alloc(0), stderr: reply.stderr }));
}

function failed(reply: Reply, code: number): Reply {
  return { ...reply, code, stdout: Buffer.alloc(0) };
}

/** Walks through `ARGUMENT NUL TEXT NUL …`; null for an argument without a record. */
function splitRecords(raw: Buffer, args: readonly string[]): readonly (Buffer | null)[] | undefined {
  let at = 0;
  const texts = args.map((arg) => {
    const name = Buffer.from(`${arg}\0`);
    if (!raw.subarray(at, at + name.length).equals(name)) return null;
    const start = at + name.length;
    const end = raw.indexOf(0, start);
    if (end < 0) return null;
    at = end + 1;
    return raw.subarray(start, end);
  });
  return at === raw.length ? texts : undefined;
}

/** Stands between the outputs that a digest covers, with the exit code; no tool prints it by chance. */
export const digestSeparator = '5f0c6f9a1d3e4b7c8a2b94e67d10f3c8';

/**
 * SHA-256, as a Program computes it on the host. Hashed is, for each unit of the requests in order: its raw standard
 * output, a line break, the separator, a space, its exit code in decimal and a line break. For joined `each` requests
 * the raw output is `ARGUMENT NUL TEXT NUL` of those that had a record, and the code is 0.
 * When an `each` process failed, its raw output is not known any more; the host then finds a difference and asks.
 */
export function digestLooks(looks: readonly Look[]): string {
  const hash = createHash('sha256');
  for (const unit of unitsOf(looks.map((look) => look.request))) {
    let code = 0;
    for (const member of unit.members) {
      // The units were made of the same list.
      const { request, reply } = looks[member] as Look;
      if (isEach(request)) {
        if (reply.code > 1) code = reply.code;
        if (reply.code === 0)
          hash
            .update(`${request.args[0] ?? ''}\0`)
            .update(reply.stdout)
            .update('\0');
      } else {
        hash.update(reply.stdout);
        code = reply.code;
      }
    }
    hash.update(`\n${digestSeparator} ${code}\n`);
  }
  return hash.digest('hex');
}

function isEach(request: ReadRequest): request is ReadRequest & { readonly script: string; readonly args: string[] } {
  return 'script' in request && request.each === true;
}
