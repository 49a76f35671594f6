import { RunnerError } from '../model/errors.js';
import type { ReadRequest, Reply } from '../model/step.js';
import type { Link } from './channel.js';
import type { Connection, Program, ProgramHooks, ProgramResult, Traffic } from './connection.js';
import { FastLane } from './fastLane.js';
import type { Limits } from './limits.js';
import { OutputLimitError } from './outputLimit.js';
import { performProgram } from './performProgram.js';
import { prepareProgram } from './programScript.js';
import { readFast } from './readFast.js';
import { SlowLane } from './slowLane.js';
import { actingFrom, repliesOf, unitsOf } from './units.js';

/** The shells of one user. */
interface Lanes {
  readonly fast: FastLane;
  readonly slow: SlowLane;
}

/** A connection over any link. Opens a shell of a user when something is first asked of it. */
export class HostConnection implements Connection {
  readonly host: string;
  readonly #link: Link;
  readonly #loginUser: string;
  readonly #limits: Limits;
  readonly #lanes = new Map<string, Lanes>();
  readonly #sent = { scripts: 0, reads: 0, steps: 0 };
  #closed = false;

  constructor(host: string, link: Link, loginUser: string, limits: Limits) {
    this.host = host;
    this.#link = link;
    this.#loginUser = loginUser;
    this.#limits = limits;
  }

  get traffic(): Traffic {
    return { ...this.#sent };
  }

  async read(requests: readonly ReadRequest[], user: string = this.#loginUser): Promise<readonly Reply[]> {
    const { fast, slow } = this.#lanesOf(user);
    const units = unitsOf(requests).map((unit) => actingFrom(user, unit));
    this.#sent.reads += requests.length;
    const quick = units.filter(({ request }) => request.slow !== true);
    const slowly = units.filter(({ request }) => request.slow === true);
    const kill = (pid: number, parent: number) => slow.kill(pid, parent);
    const [quickReplies, slowReplies] = await Promise.all([
      quick.length === 0 ? [] : readFast(fast, quick, this.#limits, kill),
      slowly.length === 0 ? [] : slow.read(slowly),
    ]);
    const replies: (Reply | undefined)[] = requests.map(() => undefined);
    for (const [index, reply] of [...quickReplies, ...slowReplies].entries()) {
      const unit = index < quick.length ? quick[index] : slowly[index - quick.length];
      if (unit === undefined || reply.stdout.length > this.#limits.output) continue;
      for (const [nth, own] of repliesOf(unit, reply).entries()) replies[unit.members[nth] ?? 0] = own;
    }
    return this.#within(requests, replies);
  }

  async perform(program: Program, hooks: ProgramHooks, user: string = this.#loginUser): Promise<ProgramResult> {
    const { fast } = this.#lanesOf(user);
    const prepared = prepareProgram(program, user);
    this.#sent.reads += program.expect.length + program.prove.length;
    this.#sent.steps += program.steps.length;
    return performProgram(fast, prepared, hooks, this.#limits);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const error = this.#closedError();
    for (const { fast, slow } of this.#lanes.values()) {
      fast.close(error);
      await slow.close(error);
    }
    await this.#link.close();
  }

  #lanesOf(user: string): Lanes {
    if (this.#closed) throw this.#closedError();
    const known = this.#lanes.get(user);
    if (known !== undefined) return known;
    const who = { host: this.host, user, become: user !== this.#loginUser };
    const count = () => {
      this.#sent.scripts += 1;
    };
    const lanes = {
      fast: new FastLane(this.#link, who, this.#limits, count),
      slow: new SlowLane(this.#link, who, this.#limits, count),
    };
    this.#lanes.set(user, lanes);
    return lanes;
  }

  #closedError(): RunnerError {
    return new RunnerError('CONNECTION_LOST', `the connection to ${this.host} was closed`);
  }

  #within(requests: readonly ReadRequest[], replies: readonly (Reply | undefined)[]): readonly Reply[] {
    const first = requests[replies.indexOf(undefined)];
    if (first === undefined) return replies.filter((reply) => reply !== undefined);
    const what = 'argv' in first ? first.argv.join(' ') : `a script with ${JSON.stringify(first.args)}`;
    const message = `${what} on ${this.host} printed more than ${this.#limits.output} bytes`;
    throw new OutputLimitError(message, replies);
  }
}
