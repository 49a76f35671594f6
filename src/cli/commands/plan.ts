import { rename, writeFile } from 'node:fs/promises';
import { changeable, planOf } from '../../app.js';
import type { OpenRun, Project } from '../../app.js';
import { exitCodeOf } from '../../model/exitCode.js';
import type { RunnerErrorCode } from '../../model/errors.js';
import type { ExitCode } from '../../model/exitCode.js';
import type { PlanEntry } from '../../model/plan.js';
import { renderPlan } from '../../report/planView.js';
import type { CommonFlags } from '../options.js';
import { requestOf } from '../options.js';
import { load, runTools, withRun } from '../shared.js';
import type { Shell } from '../shared.js';

export interface PlanFlags extends CommonFlags {
  readonly diff?: boolean;
  /** File to save the plan to. */
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `stowage plan`: connects, looks, and shows what would be done. Changes no host. */
export async function plan(shell: Shell, playbook: string | undefined, flags: PlanFlags): Promise<ExitCode> {
  const project = await load(shell, requestOf(playbook, flags), flags);
  if (project === undefined) return 5;
  return withRun(shell, project, 'plan', [], async (run) => {
    const made = planOf(project, run, runTools(shell, []));
    if (flags.json === true) shell.terminal.out.write(`${JSON.stringify(made, null, 2)}\n`);
    else showPlan(shell, project, run, flags);
    if (flags.out !== undefined) {
      await savePlan(flags.out, JSON.stringify(made, null, 2));
      shell.terminal.err.write(`Saved ${flags.out}. To do just this: stowage apply ${flags.out}\n`);
    }
    return planExitCode(run.entries, flags.detailedExitcode === true, shell.signal.aborted);
  });
}

export function showPlan(shell: Shell, project: Project, run: OpenRun, flags: PlanFlags): void {
  const { out } = shell.terminal;
  const facts = { playbook: project.playbook, hosts: changeable(project.graph), entries: run.entries };
  const view = { columns: out.columns, colour: out.colour, unicode: out.unicode };
  out.write(renderPlan(facts, { ...view, diff: flags.diff === true, verbose: (flags.verbose ?? 0) > 0 }));
}

/** A plan names hosts and paths: only its maker may read it. It appears whole or not at all. */
async function savePlan(file: string, text: string): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.tmp`;
  await writeFile(temporary, `${text}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, file);
}

/** Codes of what `apply` would count as failed, not as refused: looks that failed, and what cannot be done at all. */
const failures: ReadonlySet<string> = new Set<RunnerErrorCode>([
  ...(['READ_FAILED', 'BAD_PARAMETERS', 'NOT_READY', 'BECOME_FAILED', 'OUTPUT_LIMIT'] as const),
  ...(['TIMEOUT', 'NOT_READ_ONLY', 'INTERNAL'] as const),
]);

/** Tells by exit code what a plan found; only with `differences` it tells that there is something to do. */
export function planExitCode(entries: readonly PlanEntry[], differences: boolean, interrupted: boolean): ExitCode {
  const unreachable = entries.some((entry) => Object.keys(entry.unreachable ?? {}).length > 0);
  const codes = entries.flatMap(({ refusals }) => refusals.map(({ code }) => code));
  const failed = codes.some((code) => failures.has(code));
  const refused = codes.some((code) => !failures.has(code));
  return exitCodeOf({
    interrupted,
    outcomes: [...(failed ? ['failed' as const] : []), ...(unreachable ? ['unreachable' as const] : [])],
    refused,
    differences: differences && entries.some(({ change }) => change.kind !== 'none'),
  });
}
