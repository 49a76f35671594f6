import { RunnerError } from '../model/errors.js';
import type { Reply, Step } from '../model/step.js';
import { collectHeadAndTail } from './collect.js';
import type { Collector } from './collect.js';
import type { ProgramHooks, ProgramResult } from './connection.js';
import type { Conversation, FastLane, StreamName, Talk } from './fastLane.js';
import type { Limits } from './limits.js';
import { sendingTime } from './limits.js';
import { programBody, programDeadline, stepDeadline } from './programScript.js';
import type { PreparedProgram } from './programScript.js';
import { isTimeoutCode } from './slowLane.js';
import { repliesOf } from './units.js';
import type { Unit } from './units.js';

/**
 * Performs a program in one script of a shell.
 * @throws RunnerError CONNECTION_LOST, TIMEOUT (both say what may have been performed), UNREACHABLE (nothing was
 * performed), BECOME_FAILED, BAD_PARAMETERS
 */
export async function performProgram(
  lane: FastLane,
  prepared: PreparedProgram,
  hooks: ProgramHooks,
  limits: Limits,
): Promise<ProgramResult> {
  const run = new ProgramRun(prepared, hooks, limits);
  try {
    await lane.converse(run);
  } catch (error) {
    const known = error instanceof RunnerError && (error.code === 'CONNECTION_LOST' || error.code === 'TIMEOUT');
    if (!known) throw error;
    const code = error.code === 'CONNECTION_LOST' && run.untouched() ? 'UNREACHABLE' : error.code;
    throw new RunnerError(code, `${error.message}; ${run.performed()}`, { cause: error });
  } finally {
    run.stop();
  }
  return run.result();
}

interface Output {
  readonly stdout: Collector;
  readonly stderr: Collector;
}

/** The controller's side of one program: what the host told so far. */
class ProgramRun implements Conversation {
  readonly #prepared: PreparedProgram;
  readonly #hooks: ProgramHooks;
  readonly #limits: Limits;
  /** Output of each read or step on both streams, in the order in which they ran; the last one is under way. */
  readonly #outputs: Output[] = [];
  readonly #at: Record<StreamName, number> = { stdout: 0, stderr: 0 };
  readonly #ended: {
    readonly kind: string;
    readonly index: number;
    readonly code: number;
    readonly seconds: number;
  }[] = [];
  #talk: Talk | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = false;
  #answer: 'go' | 'stop' | undefined;
  #asked = false;
  /** The step that began last on standard output. */
  #started = -1;
  readonly #seenStart = new Set<string>();
  #startedAt = 0;
  #refused: number | undefined;
  /** Thrown by a hook; it must not be lost in a listener. */
  #mistake: unknown;

  constructor(prepared: PreparedProgram, hooks: ProgramHooks, limits: Limits) {
    this.#prepared = prepared;
    this.#hooks = hooks;
    this.#limits = limits;
  }

  body(nonce: string): string {
    return programBody(nonce, this.#prepared, this.#limits);
  }

  sent(bytes: number, abandon: (error: RunnerError) => void): void {
    this.#sent = true;
    const seconds = programDeadline(this.#prepared, this.#limits) + sendingTime(bytes);
    const words = `the steps did not end within ${Math.round(seconds)} s`;
    this.#timer = setTimeout(() => abandon(new RunnerError('TIMEOUT', words)), seconds * 1000);
  }

  begun(talk: Talk): void {
    this.#talk = talk;
  }

  payload(stream: StreamName, chunk: Buffer): void {
    this.#outputAt(this.#at[stream])[stream].add(chunk);
  }

  frame(stream: StreamName, [kind = '', first, second]: readonly string[]): void {
    if (kind === 'read' || kind === 'done' || kind === 'proved') {
      this.#endOutput(stream, kind, Number(first), Number(second));
    } else if (kind === 'start') {
      this.#startStep(stream, Number(first));
    } else if (kind === 'refused') {
      this.#refused = Number(second);
    } else if (kind === 'ask') {
      this.#asked = true;
      this.#answerWhenComplete();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  result(): ProgramResult {
    if (this.#mistake !== undefined) throw this.#mistake;
    if (this.#answer === 'stop') return { kind: 'stale', replies: this.#replies('read', this.#prepared.expect) };
    return {
      kind: 'done',
      steps: this.#ended.flatMap(({ kind }, place) => (kind === 'done' ? [this.#stepReply(place)] : [])),
      ...(this.#refused === undefined ? {} : { refusedBy: this.#refused }),
      proved: this.#replies('proved', this.#prepared.prove),
    };
  }

  /** Whether it is certain that no step was begun. */
  untouched(): boolean {
    return !this.#sent || (this.#asked && this.#answer !== 'go');
  }

  /** Says in words what may have been performed when the answer is missing. */
  performed(): string {
    const count = this.#prepared.program.steps.length;
    const done = this.#ended.filter(({ kind }) => kind === 'done').length;
    if (count === 0) return 'there was nothing to perform';
    if (this.untouched()) return 'nothing was performed';
    if (done === count) return `all ${count} steps were performed, but not proved`;
    if (this.#started < 0) return `whether any of the ${count} steps was performed is not known`;
    if (done > this.#started) return `${done} of ${count} steps were performed; whether the next one was is not known`;
    return `step ${this.#started + 1} of ${count} was under way, it may have been performed`;
  }

  #outputAt(place: number): Output {
    const { output, errorOutput } = this.#limits;
    const known = this.#outputs[place];
    if (known !== undefined) return known;
    const fresh = { stdout: collectHeadAndTail(output), stderr: collectHeadAndTail(errorOutput) };
    this.#outputs[place] = fresh;
    return fresh;
  }

  /** Told when both streams are there, so that the end of the step before has been told. */
  #startStep(stream: StreamName, index: number): void {
    if (stream === 'stdout') {
      this.#started = index;
      this.#startedAt = performance.now();
    }
    this.#seenStart.add(`${stream} ${index}`);
    if (!this.#seenStart.has(`stdout ${index}`) || !this.#seenStart.has(`stderr ${index}`)) return;
    this.#call(() => this.#hooks.onStepStart?.(index));
  }

  #endOutput(stream: StreamName, kind: string, index: number, code: number): void {
    const place = this.#at[stream];
    this.#outputAt(place);
    this.#at[stream] += 1;
    if (stream === 'stdout') {
      this.#ended.push({ kind, index, code, seconds: (performance.now() - this.#startedAt) / 1000 });
    }
    if (this.#at.stdout <= place || this.#at.stderr <= place) return;
    if (this.#ended[place]?.kind === 'done') this.#tellStepDone(place);
    this.#answerWhenComplete();
  }

  #tellStepDone(place: number): void {
    const { index, seconds } = this.#ended[place] ?? { index: 0, seconds: 0 };
    this.#call(() => this.#hooks.onStepDone?.(index, this.#stepReply(place), seconds));
  }

  /** Both streams have to bring all of the fresh replies before they can be judged. */
  #answerWhenComplete(): void {
    const { expect } = this.#prepared;
    const complete = Math.min(this.#at.stdout, this.#at.stderr) >= expect.length;
    if (!this.#asked || !complete || this.#answer !== undefined) return;
    let answer: 'go' | 'stop' = 'stop';
    this.#call(() => {
      answer = this.#hooks.onDifference(this.#replies('read', expect));
    });
    this.#answer = answer;
    this.#talk?.reply(answer);
  }

  #call(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.#mistake ??= error;
    }
  }

  #replies(kind: 'read' | 'proved', units: readonly Unit[]): readonly Reply[] {
    const replies: Reply[] = [];
    for (const [place, ended] of this.#ended.entries()) {
      const unit = units[ended.index];
      if (ended.kind !== kind || unit === undefined) continue;
      const output = this.#outputAt(place);
      const raw = { code: ended.code, stdout: output.stdout.bytes(), stderr: output.stderr.bytes() };
      for (const [nth, reply] of repliesOf(unit, raw).entries()) replies[unit.members[nth] ?? 0] = reply;
    }
    return replies;
  }

  #stepReply(place: number): Reply {
    const { index, code, seconds } = this.#ended[place] ?? { index: 0, code: 137, seconds: 0 };
    const output = this.#outputAt(place);
    const reply = { code, stdout: withoutLast(output.stdout.bytes()), stderr: withoutLast(output.stderr.bytes()) };
    const step: Step | undefined = this.#prepared.program.steps[index];
    const deadline = step === undefined ? Infinity : stepDeadline(step, this.#prepared.program);
    // The clock here also counts the way of the frames, so that it may run a little differently from the host's.
    const late = seconds >= deadline * 0.8;
    return late && isTimeoutCode(code) ? { ...reply, code: 124, timedOut: true } : reply;
  }
}

/** Takes away the line break that stands before the marker of a step's output. */
function withoutLast(bytes: Buffer): Buffer {
  return bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes;
}
