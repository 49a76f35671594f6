import { RunnerError } from '../model/errors.js';
import type { Reply } from '../model/step.js';
import { collectHead } from './collect.js';
import type { Collector } from './collect.js';
import type { Conversation, FastLane, StreamName, Talk } from './fastLane.js';
import type { Limits } from './limits.js';
import { fastRead } from './script.js';
import { timedOut } from './slowLane.js';
import type { Unit } from './units.js';

/** Kills a child of a shell from outside of that shell. */
export type Kill = (pid: number, parent: number) => Promise<void>;

/**
 * Reads units one after the other in one script. One that hangs or prints without end is killed from outside and the
 * others go on; when even that does not help, its shell is given up and the rest is asked of a new one: reads may be
 * repeated. A reply of `limits.output + 1` bytes was cut.
 * @throws RunnerError CONNECTION_LOST, BECOME_FAILED
 */
export async function readFast(
  lane: FastLane,
  units: readonly Unit[],
  limits: Limits,
  kill: Kill,
): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < units.length) {
    const batch = new Batch(units.slice(replies.length), limits, kill);
    try {
      await lane.converse(batch);
    } catch (error) {
      if (error !== batch.stuck) throw error;
    } finally {
      batch.stop();
    }
    replies.push(...batch.replies());
  }
  return replies;
}

/** What is known of one read so far. */
interface Progress {
  readonly stdout: Collector;
  readonly stderr: Collector;
  code?: number;
  pid?: number;
  /** Why it was killed. */
  killed?: 'late' | 'cut';
}

/** One attempt at a list of units: watches the read that is under way. */
class Batch implements Conversation {
  /** What the shell is given up with when a read cannot be killed. */
  readonly stuck = new RunnerError('CONNECTION_LOST', 'a read hangs and cannot be killed');
  readonly #units: readonly Unit[];
  readonly #limits: Limits;
  readonly #kill: Kill;
  readonly #progress: readonly Progress[];
  /** The read whose output each stream carries at the moment. */
  readonly #at: Record<StreamName, number> = { stdout: 0, stderr: 0 };
  #talk: Talk | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the read under way could not even be killed. */
  #gaveUp = false;

  constructor(units: readonly Unit[], limits: Limits, kill: Kill) {
    this.#units = units;
    this.#limits = limits;
    this.#kill = kill;
    this.#progress = units.map(() => ({
      stdout: collectHead(limits.output + 1),
      stderr: collectHead(limits.errorOutput),
    }));
  }

  body(nonce: string): string {
    return this.#units.map((unit, index) => fastRead(nonce, index, unit, this.#limits)).join('\n');
  }

  begun(talk: Talk): void {
    this.#talk = talk;
    this.#watch();
  }

  payload(stream: StreamName, chunk: Buffer): void {
    const current = this.#progress[this.#at[stream]];
    if (current === undefined) return;
    current[stream].add(chunk);
    const tooMuch = current.stdout.size() > this.#limits.output;
    if (tooMuch && current.killed === undefined) this.#end(current, 'cut');
  }

  frame(stream: StreamName, [kind, value, code]: readonly string[]): void {
    const current = this.#progress[this.#at[stream]];
    if (current === undefined) return;
    if (kind === 'pid') {
      current.pid = Number(value);
      // Its output may have come before its process id: what was to be killed then is killed now.
      if (current.killed !== undefined) this.#killNow(current);
    }
    if (kind !== 'read') return;
    current.code = Number(code);
    this.#at[stream] += 1;
    if (stream === 'stdout') this.#watch();
    this.#leaveAfterKill(current);
  }

  /**
   * What was killed may still have been writing while its parent was waited for: what comes next in this shell could be
   * mixed with it, so the rest is asked of a new one.
   */
  #leaveAfterKill(current: Progress): void {
    const ended = Math.min(this.#at.stdout, this.#at.stderr) > this.#progress.indexOf(current);
    if (current.killed !== undefined && ended) this.#talk?.abandon(this.stuck);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Of the units that are done, a stuck one as the last of them. */
  replies(): readonly Reply[] {
    const ended = this.#at.stdout + (this.#gaveUp ? 1 : 0);
    return this.#progress.slice(0, ended).map((progress) => this.#replyOf(progress));
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const current = this.#progress[this.#at.stdout];
    if (current === undefined) return;
    this.#timer = setTimeout(() => this.#end(current, 'late'), this.#limits.fastDeadline * 1000);
  }

  #end(current: Progress, why: 'late' | 'cut'): void {
    if (this.#talk === undefined || current.code !== undefined) return;
    current.killed = why;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(current), this.#limits.grace * 1000);
    this.#killNow(current);
  }

  #killNow(current: Progress): void {
    const talk = this.#talk;
    if (talk === undefined || current.pid === undefined) return;
    // Without a second shell it cannot be killed at all.
    this.#kill(current.pid, talk.pid).catch(() => this.#giveUp(current));
  }

  #giveUp(current: Progress): void {
    if (current.code !== undefined) return;
    this.#gaveUp = true;
    this.#talk?.abandon(this.stuck);
  }

  #replyOf({ stdout, stderr, code, killed }: Progress): Reply {
    // A read that ended by itself just before it was killed has an exit code of its own.
    if (killed === 'late' && (code === undefined || code === 137)) {
      return { ...timedOut(`killed after ${this.#limits.fastDeadline} s`), stdout: stdout.bytes() };
    }
    return { code: code ?? 137, stdout: stdout.bytes(), stderr: stderr.bytes() };
  }
}
