import { reporterKind } from '../report/choose.js';
import { createJsonReporter } from '../report/json.js';
import { createPlainReporter } from '../report/plain.js';
import type { Reporter } from '../report/reporter.js';
import { systemTicker } from '../report/ticker.js';
import type { CommonFlags } from './options.js';
import type { Shell } from './shared.js';
import { version } from './version.js';

/**
 * Opens the reporter that suits flags and terminal; events as JSON are a result (stdout), progress is not (stderr). What
 * draws on terminals is imported only when it draws.
 * @param hosts number of hosts of the run
 */
export async function openReporter(
  shell: Shell,
  flags: CommonFlags & { readonly plain?: boolean },
  hosts: number,
): Promise<Reporter> {
  const { out, err, errIsTty } = shell.terminal;
  const kind = reporterKind({
    isTty: errIsTty,
    hosts,
    json: flags.json === true,
    plain: flags.plain === true || (flags.verbose ?? 0) > 0,
    ci: !errIsTty,
    rows: err.rows,
  });
  switch (kind) {
    case 'json':
      return createJsonReporter(out, version);
    case 'plain':
      return createPlainReporter(err, { verbosity: flags.verbose ?? 0, ticker: systemTicker });
    case 'tty':
      return (await import('../report/tty.js')).createTtyReporter(err, systemTicker);
    case 'many':
      return (await import('../report/many.js')).createManyReporter(err, systemTicker);
    default:
      return kind satisfies never;
  }
}
