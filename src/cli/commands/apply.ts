import { readFile } from 'node:fs/promises';
import { changeable, changedInputs, differencesFrom } from '../../app.js';
import type { OpenRun, PlanDifference, Project, Request } from '../../app.js';
import type { Recap, StampedEvent } from '../../model/event.js';
import { exitCodeOf } from '../../model/exitCode.js';
import type { ExitCode } from '../../model/exitCode.js';
import { planFormat } from '../../model/plan.js';
import type { Plan } from '../../model/plan.js';
import { count } from '../../report/quantities.js';
import { renderRecap } from '../../report/recap.js';
import { requestOf, wordsAgain } from '../options.js';
import { openReporter } from '../reporters.js';
import { load, showDiagnostics, withRun } from '../shared.js';
import type { Shell } from '../shared.js';
import { version } from '../version.js';
import { plan, showPlan } from './plan.js';
import type { PlanFlags } from './plan.js';
import { validate } from './validate.js';

export interface ApplyFlags extends PlanFlags {
  readonly yes?: boolean;
  readonly check?: boolean;
  readonly syntaxCheck?: boolean;
  readonly plain?: boolean;
}

/** `stowage apply`: of a playbook, or bound to a plan that `plan --out` saved. */
export async function apply(shell: Shell, target: string | undefined, flags: ApplyFlags): Promise<ExitCode> {
  if (flags.syntaxCheck === true) return validate(shell, target, flags);
  if (flags.check === true) return plan(shell, target, flags);
  const saved = target?.endsWith('.json') === true ? await readPlan(shell, target, flags) : undefined;
  if (saved === 'invalid') return 5;
  const mixed = saved === undefined ? [] : fixedByPlan(flags);
  if (mixed.length > 0) {
    const what = `${mixed.join(', ')} cannot be given with a saved plan: it holds those that it was made with`;
    shell.terminal.err.write(`error: ${what}\n(to do something else, make another plan)\n`);
    return 5;
  }
  const request = requestOf(saved?.playbook ?? target, flags);
  const project = await load(shell, saved === undefined ? request : { ...request, ...asSaved(saved, flags) }, flags);
  if (project === undefined) {
    if (saved !== undefined) {
      shell.terminal.err.write('A saved plan names files from the folder where it was made: run apply there.\n');
    }
    return 5;
  }
  const changed = saved === undefined ? [] : changedInputs(saved, project, version);
  if (changed.length > 0) return refuse(shell, `the plan does not fit any more: ${changed.join(', ')}`);
  return applyProject(shell, project, saved, flags);
}

/** Flags that decide what is done; a saved plan was made with its own. */
function fixedByPlan(flags: ApplyFlags): readonly string[] {
  return (
    [
      ['--inventory', flags.inventory],
      ['--limit', flags.limit],
      ['--tags', flags.tags],
      ['--skip-tags', flags.skipTags],
      ['--extra-vars', flags.extraVars],
    ] as const
  ).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function asSaved({ options }: Plan, flags: ApplyFlags): Partial<Request> {
  const config = flags.config ?? options.config;
  return { options, ...(config === undefined ? {} : { config }) };
}

async function readPlan(shell: Shell, file: string, flags: ApplyFlags): Promise<Plan | 'invalid'> {
  const problem = (message: string): 'invalid' => {
    const at = { file, line: 1, column: 1, length: 1 };
    const help = 'make one with: stowage plan PLAYBOOK --out FILE.json';
    showDiagnostics(shell, [{ code: 'PLAN_INVALID', severity: 'error', message, at, help }], flags);
    return 'invalid';
  };
  try {
    const parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<Plan> | null;
    if (!isPlan(parsed)) return problem(`it is not a plan of format ${String(planFormat)}`);
    return parsed;
  } catch (error) {
    return problem(`it cannot be read as a plan: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Only its outline: what is in it is compared with a plan derived anew and never executed. */
function isPlan(parsed: Partial<Plan> | null): parsed is Plan {
  return (
    parsed?.format === planFormat &&
    typeof parsed.playbook === 'string' &&
    Array.isArray(parsed.entries) &&
    typeof parsed.inputs === 'object' &&
    Array.isArray(parsed.options?.inventory)
  );
}

async function applyProject(
  shell: Shell,
  project: Project,
  saved: Plan | undefined,
  flags: ApplyFlags,
): Promise<ExitCode> {
  // Reporters draw only once the user has agreed; they are handed what happened before.
  const early: StampedEvent[] = [];
  let listener = (stamped: StampedEvent): void => void early.push(stamped);
  return withRun(
    shell,
    project,
    'apply',
    [
      (stamped) => {
        listener(stamped);
      },
    ],
    async (run) => {
      const differences = saved === undefined ? [] : differencesFrom(saved, run);
      if (differences.some(({ kind }) => kind === 'more')) return refuseStale(shell, differences);
      for (const { entry, why } of differences) {
        shell.terminal.err.write(`Less is left to do than the plan shows: ${titleOf(entry)}: ${why}\n`);
      }
      if (!(await agreed(shell, project, run, flags))) return refuse(shell, 'not confirmed; nothing was changed');
      const reporter = await openReporter(shell, flags, changeable(project.graph).length);
      for (const stamped of early) reporter.handle(stamped);
      listener = (stamped) => {
        reporter.handle(stamped);
      };
      // The next command is about the playbook: it has to find the inventory of the plan.
      const made = saved === undefined ? {} : { inventory: saved.options.inventory };
      let recap: Recap | undefined;
      try {
        recap = await run.perform(saved?.entries);
        const exitCode = applyExitCode(recap, shell.signal.aborted);
        run.emit({ type: 'run.end', recap, exitCode });
        return exitCode;
      } finally {
        await reporter.close();
        if (recap !== undefined && flags.json !== true) showRecap(shell, project, recap, { ...flags, ...made });
      }
    },
  );
}

function applyExitCode(recap: Recap, interrupted: boolean): ExitCode {
  const counts = Object.values(recap.hosts);
  const outcomes = (['failed', 'unreachable', 'unknown', 'refused'] as const).filter((kind) =>
    counts.some((row) => row[kind] > 0),
  );
  return exitCodeOf({ interrupted, outcomes });
}

/** On a terminal the plan is shown and the question asked once; elsewhere the run goes on. */
async function agreed(shell: Shell, project: Project, run: OpenRun, flags: ApplyFlags): Promise<boolean> {
  // What is known only during apply counts too: it may turn out to be a change.
  const pending = run.entries.filter(({ change, refusals }) => change.kind !== 'none' && refusals.length === 0);
  // Once interrupted there is nothing to agree to: every step is skipped.
  if (pending.length === 0 || flags.json === true || shell.signal.aborted) return true;
  if (!shell.terminal.interactive) return true;
  showPlan(shell, project, run, flags);
  if (flags.yes === true) return true;
  const hosts = new Set(pending.flatMap(({ node }) => node.hosts));
  const what = `${count(pending.length, 'change')} to ${count(hosts.size, 'host')}`;
  return shell.terminal.confirm(
    `Apply ${pending.length === 1 ? 'this' : 'these'} ${what}? (-y skips this question)`,
    shell.signal,
  );
}

function refuseStale(shell: Shell, differences: readonly PlanDifference[]): ExitCode {
  for (const { entry, why } of differences.filter(({ kind }) => kind === 'more')) {
    shell.terminal.err.write(`${titleOf(entry)}: ${why}\n`);
  }
  return refuse(shell, 'the hosts are not as they were when the plan was made; nothing was changed');
}

function titleOf({ node }: PlanDifference['entry']): string {
  return `${node.hosts.join(' ')}: ${[...node.object, node.name].join(' › ')} (${node.at})`;
}

function refuse(shell: Shell, message: string): ExitCode {
  shell.terminal.err.write(`Refused: ${message}\n`);
  return 6;
}

function showRecap(shell: Shell, project: Project, recap: Recap, flags: ApplyFlags): void {
  const { out } = shell.terminal;
  const view = { columns: out.columns, colour: out.colour, unicode: out.unicode };
  const hosts = changeable(project.graph);
  const verbose = (flags.verbose ?? 0) > 0;
  const resources = project.graph.nodes.filter(({ kind }) => kind === 'module').length;
  const next = { flags: wordsAgain(project.options, flags), limited: project.options.limit !== undefined };
  out.write(renderRecap(recap, { ...view, playbook: project.playbook, hosts, verbose, resources, ...next }));
}
