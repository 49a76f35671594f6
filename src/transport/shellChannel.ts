import { RunnerError } from '../model/errors.js';
import type { Channel, Link } from './channel.js';
import type { Limits } from './limits.js';
import { sendingTime } from './limits.js';
import { quote } from './quote.js';
import { sanitize } from './sanitize.js';
import { prologue } from './script.js';

/** Whose shell it is. */
export interface Identity {
  readonly host: string;
  readonly user: string;
  /** Whether sudo makes the login user this user. */
  readonly become: boolean;
}

export interface ShellListener {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** The shell is gone; nothing more comes. */
  ended(error: RunnerError): void;
}

const noiseKept = 2048;

/** Opens the constant command of a shell. @throws RunnerError CONNECTION_LOST */
export async function openShell(link: Link, who: Identity, limits: Limits): Promise<ShellChannel> {
  const command = who.become ? `exec sudo -n -H -u ${quote(who.user)} /bin/sh` : 'exec /bin/sh';
  return new ShellChannel(await link.open(command), who, limits);
}

/** A shell that reads scripts from its standard input; knows why it ended when it does. */
export class ShellChannel {
  readonly #channel: Channel;
  readonly #who: Identity;
  readonly #limits: Limits;
  #listener: ShellListener | undefined;
  #noise = '';
  #started = false;
  #answered = false;
  #impatience: NodeJS.Timeout | undefined;
  #error: RunnerError | undefined;

  constructor(channel: Channel, who: Identity, limits: Limits) {
    this.#channel = channel;
    this.#who = who;
    this.#limits = limits;
    channel.onStdout((chunk) => {
      this.#keepNoise(chunk);
      this.#listener?.stdout(chunk);
    });
    channel.onStderr((chunk) => {
      this.#keepNoise(chunk);
      this.#listener?.stderr(chunk);
    });
    channel.onClose((reason, exited) => this.#end(this.#endedBecause(reason, exited)));
  }

  /** Why it is gone; undefined while it lives. */
  get error(): RunnerError | undefined {
    return this.#error;
  }

  listen(listener: ShellListener): void {
    this.#listener = listener;
    if (this.#error !== undefined) listener.ended(this.#error);
  }

  /** Sends a whole script, the first one behind the prologue. Until `answered`, a deadline runs. */
  send(script: string): void {
    const text = this.#started ? script : prologue(this.#limits) + script;
    this.#started = true;
    const seconds = this.#limits.fastDeadline + sendingTime(Buffer.byteLength(text));
    clearTimeout(this.#impatience);
    this.#impatience = setTimeout(() => {
      const words = `the shell of ${this.#who.user} on ${this.#who.host} did not answer for ${Math.round(seconds)} s`;
      this.abandon(new RunnerError('CONNECTION_LOST', words));
    }, seconds * 1000);
    this.#channel.write(text);
  }

  /** Sends one line to a script that asked for it. */
  reply(line: string): void {
    this.#channel.write(`${line}\n`);
  }

  /** The shell has begun the script that was sent. */
  answered(): void {
    this.#answered = true;
    this.#noise = '';
    clearTimeout(this.#impatience);
  }

  /** Gives it up: the listener is told `error`, the channel is closed. What runs on the host goes on. */
  abandon(error: RunnerError): void {
    this.#end(error);
    this.#channel.close();
  }

  #end(error: RunnerError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    clearTimeout(this.#impatience);
    this.#listener?.ended(error);
  }

  /** What is printed before the first answer is a greeting, or the reason why there will be none. */
  #keepNoise(chunk: Buffer): void {
    if (!this.#answered) this.#noise = (this.#noise + chunk.toString('utf8')).slice(-noiseKept);
  }

  #endedBecause(reason: string, exited: boolean): RunnerError {
    const { host, user, become } = this.#who;
    if (this.#answered) return new RunnerError('CONNECTION_LOST', `the shell of ${user} on ${host} ended: ${reason}`);
    if (!exited) {
      const message = `the shell of ${user} on ${host} was lost before it answered: ${reason}`;
      return new RunnerError('CONNECTION_LOST', message);
    }
    const said = sanitize(this.#noise);
    const words = said === '' ? reason : said;
    if (!become) {
      const help = `log in to ${host} as ${user} by hand: its login shell has to run the command "exec /bin/sh"`;
      const message = `the shell of ${user} on ${host} ended before it answered, nothing was performed: ${words}`;
      return new RunnerError('CONNECTION_LOST', message, { help });
    }
    return new RunnerError('BECOME_FAILED', `the login user of ${host} cannot become ${user}: ${words}`, {
      help: `install sudo on ${host} and let the login user become ${user} without a password (NOPASSWD in sudoers)`,
    });
  }
}
