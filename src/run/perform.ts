import type { Change } from '../model/change.js';
import { RunnerError } from '../model/errors.js';
import type { Outcome } from '../model/event.js';
import type { ModuleNode } from '../model/graph.js';
import type { HostStep, Reply, StepResult } from '../model/step.js';
import type { ProgramResult } from '../transport/connection.js';
import { digestOf, sameMeaning } from '../transport/reader.js';
import type { Recorded } from '../transport/reader.js';
import { troubleOf } from './reach.js';
import type { Assessed } from './assess.js';
import type { RunContext } from './context.js';
import type { HostSession, Sessions } from './session.js';

/** What became of the steps of a node. */
export type Performed =
  | { readonly kind: 'done'; readonly results: readonly StepResult[] }
  /** Nothing was done on this host: what was read there before is no longer so. */
  | { readonly kind: 'stale'; readonly host: string }
  | { readonly kind: 'trouble'; readonly outcome: Outcome; readonly results: readonly StepResult[] };

interface Segment {
  readonly host: string;
  readonly steps: readonly HostStep[];
  readonly firstIndex: number;
}

/**
 * Performs the steps of an assessed node: the steps of one host that follow each other travel as one script, which
 * first repeats the reads that they rest on, and reads again after them.
 * @param options.tolerant for actions: a step that fails is a result, not trouble
 * @param options.acted gets the hosts on which something was, or may have been, done
 */
export async function perform(
  context: RunContext,
  sessions: Sessions,
  assessed: Assessed,
  options: { readonly tolerant: boolean; readonly acted: Set<string> },
): Promise<Performed> {
  try {
    return await performAll(context, sessions, assessed, options);
  } finally {
    // What one member did, the others may see: only what was read after the last step still holds.
    const last = assessed.entry.steps.at(-1)?.host;
    for (const host of assessed.node.hosts) if (host !== last) sessions.get(host)?.advance();
  }
}

async function performAll(
  context: RunContext,
  sessions: Sessions,
  assessed: Assessed,
  { tolerant, acted }: { readonly tolerant: boolean; readonly acted: Set<string> },
): Promise<Performed> {
  const results: StepResult[] = [];
  const touched = new Set<string>();
  for (const segment of segmentsOf(assessed.entry.steps)) {
    const session = sessions.get(segment.host);
    if (session === undefined) throw new Error(`step of ${assessed.node.id} names the unknown host ${segment.host}`);
    const first = !touched.has(segment.host);
    touched.add(segment.host);
    const ended = await performSegment(context, session, assessed, segment, first);
    if (ended.kind === 'stale') return ended;
    if (ended.results.length > 0 || (ended.kind === 'trouble' && ended.outcome.kind === 'unknown')) {
      acted.add(segment.host);
    }
    results.push(...ended.results);
    if (ended.kind === 'trouble') {
      const failedOnly = ended.outcome.kind === 'failed' && ended.outcome.code === 'STEP_FAILED';
      return tolerant && failedOnly ? { kind: 'done', results } : { ...ended, results };
    }
  }
  return { kind: 'done', results };
}

function segmentsOf(steps: readonly HostStep[]): readonly Segment[] {
  const segments: { host: string; steps: HostStep[]; firstIndex: number }[] = [];
  for (const [index, step] of steps.entries()) {
    const last = segments.at(-1);
    if (last?.host === step.host) last.steps.push(step);
    else segments.push({ host: step.host, steps: [step], firstIndex: index });
  }
  return segments;
}

async function performSegment(
  context: RunContext,
  session: HostSession,
  { node, looks }: Assessed,
  segment: Segment,
  first: boolean,
): Promise<Performed> {
  const records = looks.get(segment.host)?.records ?? [];
  const reporting = reportSteps(context, node, segment);
  try {
    const connection = await session.connection();
    const result = await connection.perform(
      {
        expect: first ? records.map(({ request }) => request) : [],
        digest: digestOf(first ? records : []),
        steps: segment.steps,
        prove: records.map(({ request }) => request),
        stepDeadline: node.timeout ?? context.stepTimeout,
      },
      {
        onDifference: (fresh) => (sameMeaning(records, fresh) ? 'go' : 'stop'),
        onStepStart: reporting.start,
        onStepDone: reporting.done,
      },
      node.becomeUser,
    );
    forget(session, node, records, result);
    if (result.kind === 'stale') return { kind: 'stale', host: segment.host };
    return judge(segment, result, reporting.results);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    session.advance();
    return { kind: 'trouble', outcome: troubleOf(kindOf(error), error, segment.host), results: reporting.results };
  }
}

function kindOf({ code }: RunnerError): 'unknown' | 'unreachable' | 'failed' {
  if (code === 'CONNECTION_LOST' || code === 'TIMEOUT') return 'unknown';
  return code === 'UNREACHABLE' ? 'unreachable' : 'failed';
}

/** After a script the host is read anew, except for what the script itself read at its end. */
function forget(session: HostSession, node: ModuleNode, records: readonly Recorded[], result: ProgramResult): void {
  const replies = result.kind === 'stale' ? result.replies : result.proved;
  const seed = records.flatMap(({ request }, index) => {
    const reply = replies[index];
    return reply === undefined ? [] : [{ request, reply }];
  });
  session.advance(node.becomeUser, seed);
}

interface Reporting {
  readonly results: StepResult[];
  start(index: number): void;
  done(index: number, reply: Reply, seconds: number): void;
}

function reportSteps(context: RunContext, node: ModuleNode, segment: Segment): Reporting {
  const results: StepResult[] = [];
  return {
    results,
    start(index) {
      const step = segment.steps[index];
      if (step !== undefined) {
        context.emit({ type: 'step.start', node: node.id, index: segment.firstIndex + index, step });
      }
    },
    done(index, reply, seconds) {
      const result = {
        code: reply.code,
        stdout: reply.stdout.toString('utf8'),
        stderr: reply.stderr.toString('utf8'),
        seconds,
      };
      results.push(result);
      const where = { node: node.id, index: segment.firstIndex + index, host: segment.host };
      context.emit({ type: 'step.done', ...where, ...result });
    },
  };
}

function judge(
  segment: Segment,
  result: Extract<ProgramResult, { kind: 'done' }>,
  results: readonly StepResult[],
): Performed {
  if (result.refusedBy !== undefined) {
    const step = segment.steps[result.steps.length];
    const guards = step !== undefined && 'guards' in step ? step.guards : undefined;
    const guard = guards?.[result.refusedBy];
    const outcome: Outcome = {
      kind: 'refused',
      code: 'REFUSED',
      message: guard?.message ?? 'a guard refused',
      host: segment.host,
    };
    return { kind: 'trouble', outcome, results };
  }
  const lastReply = result.steps.at(-1);
  const lastStep = segment.steps[result.steps.length - 1];
  if (lastReply === undefined || lastStep === undefined || lastReply.code === 0) return { kind: 'done', results };
  const error = lastReply.timedOut
    ? new RunnerError('TIMEOUT', `${nameOf(lastStep)} did not end in time and was killed; what it did is unknown`)
    : new RunnerError('STEP_FAILED', `${nameOf(lastStep)} failed${wordsOf(lastReply)}`);
  return {
    kind: 'trouble',
    outcome: troubleOf(lastReply.timedOut ? 'unknown' : 'failed', error, segment.host),
    results,
  };
}

function nameOf(step: HostStep): string {
  switch (step.kind) {
    case 'run':
      return step.title ?? step.argv.join(' ').slice(0, 120);
    case 'write':
      return `writing ${step.path}`;
    case 'prove':
      return `the proof that ${step.title}`;
    default:
      return step satisfies never;
  }
}

/** The end of what a command said is where it says why. */
function wordsOf(reply: Reply): string {
  const said = [reply.stderr, reply.stdout].map((bytes) => bytes.toString('utf8').trim()).find((text) => text !== '');
  const exit = ` (exit ${String(reply.code)})`;
  return said === undefined ? exit : `${exit}: ${said.slice(-500)}`;
}

/** What still differs, in words, for NOT_CONVERGED. */
export function differencesOf(change: Change): string {
  switch (change.kind) {
    case 'none':
      return 'nothing';
    case 'create':
      return 'it still does not exist';
    case 'delete':
      return 'it still exists';
    case 'replace':
      return change.because;
    case 'unknown':
      return change.reason;
    case 'update':
      return change.fields
        .map(({ path, from, to }) => `${path.join('.')} is ${JSON.stringify(from)}, not ${JSON.stringify(to)}`)
        .join('; ')
        .slice(0, 1000);
    default:
      return change satisfies never;
  }
}
