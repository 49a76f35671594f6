import { exitCodeOf } from '../../model/exitCode.js';
import type { ExitCode } from '../../model/exitCode.js';
import { renderStatusTable } from '../../report/statusTable.js';
import { renderStatus } from '../../report/statusView.js';
import type { CommonFlags } from '../options.js';
import { requestOf } from '../options.js';
import { createHelp, load, withRun } from '../shared.js';
import type { Shell } from '../shared.js';

export interface StatusFlags extends CommonFlags {
  /** A table separated by tabs. */
  readonly plain?: boolean;
}

/** `stowage status`: the tree of the storages with what the last look at each said. */
export async function status(shell: Shell, playbook: string | undefined, flags: StatusFlags): Promise<ExitCode> {
  const project = await load(shell, requestOf(playbook, flags), flags);
  if (project === undefined) return 5;
  const help = createHelp(shell);
  return withRun(shell, project, 'status', [help.listen], async (run) => {
    const report = await run.observe(new Date());
    const { out } = shell.terminal;
    if (flags.json === true) out.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (flags.plain === true) out.write(renderStatusTable(report));
    else out.write(renderStatus(report, { columns: out.columns, colour: out.colour, unicode: out.unicode }));
    help.show();
    const unreachable = report.hosts.some(({ reachable }) => !reachable);
    return exitCodeOf({ interrupted: shell.signal.aborted, outcomes: unreachable ? ['unreachable'] : [] });
  });
}
