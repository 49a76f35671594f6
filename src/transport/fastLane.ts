import type { Link } from './channel.js';
import { splitFrames } from './frames.js';
import type { Limits } from './limits.js';
import { newNonce, wrapScript } from './script.js';
import { openShell } from './shellChannel.js';
import type { Identity, ShellChannel } from './shellChannel.js';
import type { RunnerError } from '../model/errors.js';

export type StreamName = 'stdout' | 'stderr';

/** What the controller can do while a script runs. */
export interface Talk {
  /** Process id of the shell on its host. */
  readonly pid: number;
  reply(line: string): void;
  /** Gives the shell up; the conversation rejects with `error`. */
  abandon(error: RunnerError): void;
}

/** One script and what to do with its answers. */
export interface Conversation {
  body(nonce: string): string;
  /** The text is about to be sent; seconds of all deadlines start here. */
  sent?(bytes: number, abandon: (error: RunnerError) => void): void;
  begun?(talk: Talk): void;
  payload(stream: StreamName, chunk: Buffer): void;
  frame(stream: StreamName, words: readonly string[]): void;
}

/** A long-lived shell that takes one script after the other; opened when first needed and again after it was lost. */
export class FastLane {
  readonly #link: Link;
  readonly #who: Identity;
  readonly #limits: Limits;
  readonly #count: () => void;
  #shell: ShellChannel | undefined;
  #closed: RunnerError | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param count is called for each script that is sent */
  constructor(link: Link, who: Identity, limits: Limits, count: () => void) {
    this.#link = link;
    this.#who = who;
    this.#limits = limits;
    this.#count = count;
  }

  /**
   * Resolves when the script has ended.
   * @throws RunnerError CONNECTION_LOST, BECOME_FAILED, or what the shell was given up with
   */
  converse(conversation: Conversation): Promise<void> {
    const turn = this.#queue.then(async () => {
      if (this.#closed !== undefined) throw this.#closed;
      if (this.#shell === undefined || this.#shell.error !== undefined) {
        this.#shell = await openShell(this.#link, this.#who, this.#limits);
      }
      await this.#hold(this.#shell, conversation);
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  close(error: RunnerError): void {
    this.#closed = error;
    this.#shell?.abandon(error);
  }

  #hold(shell: ShellChannel, conversation: Conversation): Promise<void> {
    const nonce = newNonce();
    // Before anything is sent: a body that cannot be written must not leave a listener behind.
    const script = wrapScript(nonce, conversation.body(nonce));
    return new Promise((resolve, reject) => {
      const open = new Set<StreamName>(['stdout', 'stderr']);
      const begun = new Set<StreamName>();
      const sink = (stream: StreamName) =>
        splitFrames(nonce, {
          // What comes before the script begins is a greeting, or late output of something else.
          payload: (chunk) => begun.has(stream) && conversation.payload(stream, chunk),
          frame(words) {
            if (words[0] === 'begin') {
              begun.add(stream);
              if (stream === 'stderr') return;
              shell.answered();
              conversation.begun?.({
                pid: Number(words[1]),
                reply: (line) => shell.reply(line),
                abandon: (error) => shell.abandon(error),
              });
            } else if (words[0] === 'end') {
              open.delete(stream);
              if (open.size === 0) resolve();
            } else {
              conversation.frame(stream, words);
            }
          },
        });
      shell.listen({ stdout: sink('stdout'), stderr: sink('stderr'), ended: reject });
      if (shell.error !== undefined) return;
      this.#count();
      conversation.sent?.(Buffer.byteLength(script), (error) => shell.abandon(error));
      shell.send(script);
    });
  }
}
