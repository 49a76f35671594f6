import { rename, rm, writeFile } from 'node:fs/promises';
import { changeable, planOf } from '../../app.js';
import type { OpenRun, Project } from '../../app.js';
import { exitCodeOf } from '../../model/exitCode.js';
import type { RunnerErrorCode } from '../../model/errors.js';
import type { ExitCode } from '../../model/exitCode.js';
import type { PlanEntry } from '../../model/plan.js';
import { renderPlan } from '../../report/planView.js';
import { sanitize } from '../../report/width.js';
import type { CommonFlags } from '../options.js';
import { requestOf } from '../options.js';
import { createHelp, load, runTools, withRun } from '../shared.js';
import type { Shell } from '../shared.js';

export interface PlanFlags extends CommonFlags {
  readonly diff?: boolean;
  /** File to save the plan to. */
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `stowage plan`: connects, looks, and shows what would be done. Changes no host. */
export async function plan(shell: Shell, playbook: string | undefined, flags: PlanFlags): Promise<ExitCode> {
  if (flags.out?.endsWith('.json') === false) {
    // By this `apply` tells a plan from a playbook.
    shell.terminal.err.write(`error: the file of --out must end in .json, "${sanitize(flags.out)}" does not\n`);
    return 5;
  }
  const project = await load(shell, requestOf(playbook, flags), flags);
  if (project === undefined) return 5;
  const help = createHelp(shell);
  return withRun(shell, project, 'plan', [help.listen], async (run) => {
    const made = planOf(project, run, runTools(shell, []));
    if (flags.json === true) shell.terminal.out.write(`${JSON.stringify(made, null, 2)}\n`);
    else showPlan(shell, project, run, flags);
    help.show();
    if (flags.out !== undefined && !(await savePlan(shell, flags.out, JSON.stringify(made, null, 2)))) return 1;
    return planExitCode(run.entries, flags.detailedExitcode === true, shell.signal.aborted);
  });
}

export function showPlan(shell: Shell, project: Project, run: OpenRun, flags: PlanFlags): void {
  const { out } = shell.terminal;
  const facts = { playbook: project.playbook, hosts: changeable(project.graph), entries: run.entries };
  const view = { columns: out.columns, colour: out.colour, unicode: out.unicode };
  out.write(renderPlan(facts, { ...view, diff: flags.diff === true, verbose: (flags.verbose ?? 0) > 0 }));
}

/**
 * A plan names hosts and paths: only its maker may read it. It appears whole or not at all.
 * @returns whether it was saved; if not, the user was told why
 */
async function savePlan(shell: Shell, file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${String(process.pid)}.tmp`;
  try {
    await writeFile(temporary, `${text}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    shell.terminal.err.write(`The plan could not be saved to ${file}: ${why}\n`);
    return false;
  }
  shell.terminal.err.write(`Saved ${file}. To do just this: stowage apply ${file}\n`);
  return true;
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
