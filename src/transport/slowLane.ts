import { RunnerError } from '../model/errors.js';
import type { Reply } from '../model/step.js';
import type { Link } from './channel.js';
import { collectHead } from './collect.js';
import type { Collector } from './collect.js';
import type { Limits } from './limits.js';
import { quote } from './quote.js';
import { commandWords, killAfter, newNonce, wrapScript } from './script.js';
import { openShell } from './shellChannel.js';
import type { Identity, ShellChannel } from './shellChannel.js';
import type { Unit } from './units.js';

interface Job {
  readonly stdout: Collector;
  readonly stderr: Collector;
  readonly timer: NodeJS.Timeout;
  readonly started: number;
  code: number;
  settle(result: Reply | RunnerError): void;
}

/**
 * A shell whose scripts only start background jobs: slow reads run beside each other, and a kill gets through while
 * they hang. Each job answers by lines `TAG KIND TEXT` that are short enough not to be torn apart by other writers;
 * output travels in base64. On the host a job's output is capped, and `timeout` ends it.
 */
export class SlowLane {
  readonly #link: Link;
  readonly #who: Identity;
  readonly #limits: Limits;
  readonly #count: () => void;
  readonly #jobs = new Map<string, Job>();
  #shell: Promise<ShellChannel> | undefined;
  #closed: RunnerError | undefined;
  #line = '';

  constructor(link: Link, who: Identity, limits: Limits, count: () => void) {
    this.#link = link;
    this.#who = who;
    this.#limits = limits;
    this.#count = count;
  }

  /**
   * Starts all units at once. A unit that hangs even after it was killed is answered as timed out; it delays only
   * itself. A reply of `limits.output + 1` bytes was cut.
   * @throws RunnerError CONNECTION_LOST, BECOME_FAILED
   */
  async read(units: readonly Unit[]): Promise<readonly Reply[]> {
    const shell = await this.#open();
    const nonce = newNonce();
    const body = units.map(({ request, as = '' }, index) => {
      return `slow_read ${nonce}.${index} ${this.#limits.slowDeadline} ${quote(as)} ${commandWords(request)} 4>&- &`;
    });
    const replies = units.map((_, index) => this.#expect(`${nonce}.${index}`));
    this.#count();
    shell.send(wrapScript(nonce, body.join('\n')));
    return Promise.all(replies);
  }

  /** Kills the process group of a child of another shell of this identity. */
  async kill(pid: number, parent: number): Promise<void> {
    const shell = await this.#open();
    this.#count();
    shell.send(wrapScript(newNonce(), `kill_group ${pid} ${parent} 2>/dev/null`));
  }

  async close(error: RunnerError): Promise<void> {
    this.#closed = error;
    const shell = await this.#shell?.catch(() => undefined);
    shell?.abandon(error);
  }

  #open(): Promise<ShellChannel> {
    const start = () => this.#start();
    const living = (shell: ShellChannel) => (shell.error === undefined ? shell : start());
    this.#shell = this.#shell === undefined ? start() : this.#shell.then(living, start);
    return this.#shell;
  }

  async #start(): Promise<ShellChannel> {
    if (this.#closed !== undefined) throw this.#closed;
    const shell = await openShell(this.#link, this.#who, this.#limits);
    this.#line = '';
    shell.listen({
      stdout: (chunk) => this.#take(shell, chunk.toString('latin1')),
      stderr: () => undefined,
      ended: (error) => this.#settleAll(error),
    });
    return shell;
  }

  #expect(tag: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { slowDeadline, grace } = this.#limits;
      const seconds = slowDeadline + killAfter.read + grace;
      const timer = setTimeout(
        () => this.#jobs.get(tag)?.settle(timedOut(`no answer for ${seconds} s`)),
        seconds * 1000,
      );
      this.#jobs.set(tag, {
        stdout: collectHead(this.#limits.output + 1),
        stderr: collectHead(this.#limits.errorOutput),
        timer,
        started: performance.now(),
        code: 0,
        settle: (result) => {
          clearTimeout(timer);
          this.#jobs.delete(tag);
          if (result instanceof RunnerError) reject(result);
          else resolve(result);
        },
      });
    });
  }

  #take(shell: ShellChannel, text: string): void {
    const lines = (this.#line + text).split('\n');
    // A line of ours is short; anything longer is a greeting.
    this.#line = (lines.pop() ?? '').slice(-8192);
    for (const line of lines) {
      const [tag = '', kind, value = ''] = line.split(' ');
      if (kind === 'begin') shell.answered();
      const job = this.#jobs.get(tag);
      if (job !== undefined) this.#tell(job, kind, value);
    }
  }

  #tell(job: Job, kind: string | undefined, value: string): void {
    if (kind === 'out') job.stdout.add(Buffer.from(value, 'base64'));
    else if (kind === 'err') job.stderr.add(Buffer.from(value, 'base64'));
    else if (kind === 'code') job.code = Number(value);
    else if (kind === 'end') job.settle(this.#replyOf(job));
  }

  #replyOf(job: Job): Reply {
    const late = performance.now() - job.started >= this.#limits.slowDeadline * 1000;
    if (late && isTimeoutCode(job.code)) {
      return { ...timedOut(`killed after ${this.#limits.slowDeadline} s`), stdout: job.stdout.bytes() };
    }
    return { code: job.code, stdout: job.stdout.bytes(), stderr: job.stderr.bytes() };
  }

  #settleAll(error: RunnerError): void {
    for (const job of [...this.#jobs.values()]) job.settle(error);
  }
}

/** Whether an exit code can come from `timeout`: its own, and those of the signals that it sends. */
export function isTimeoutCode(code: number): boolean {
  return code === 124 || code === 137 || code === 143;
}

/** A reply of a command that did not end in time. @param words what was done about it */
export function timedOut(words: string): Reply {
  return { code: 124, timedOut: true, stdout: Buffer.alloc(0), stderr: Buffer.from(`${words}\n`) };
}
