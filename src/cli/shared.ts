import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { loadProject, openRun } from '../app.js';
import type { OpenRun, Project, Request, RunTools } from '../app.js';
import { hasErrors } from '../model/diagnostic.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Mode, StampedEvent } from '../model/event.js';
import { diagnosticsJson, renderDiagnostics } from '../report/diagnostics.js';
import { sanitize } from '../report/width.js';
import { loadCatalog } from './catalog.js';
import type { CommonFlags } from './options.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';

/** What a command gets besides its own arguments. */
export interface Shell {
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Loads and checks everything; shows what is wrong. Undefined means: exit with 5. */
export async function load(shell: Shell, request: Request, flags: CommonFlags): Promise<Project | undefined> {
  const { value, diagnostics } = await loadProject(request, (config) => loadCatalog(config, request.cwd));
  if (diagnostics.length > 0) showDiagnostics(shell, diagnostics, flags);
  return value;
}

/** Errors are the result of a command that stops with them; warnings are not. */
export function showDiagnostics(shell: Shell, diagnostics: readonly Diagnostic[], flags: CommonFlags): void {
  if (flags.json === true && hasErrors(diagnostics)) {
    shell.terminal.out.write(`${JSON.stringify(diagnosticsJson(diagnostics), null, 2)}\n`);
    return;
  }
  const sink = shell.terminal.err;
  sink.write(renderDiagnostics(diagnostics, sourceOf, sink));
}

/** Input files are not larger. */
const largest = 1024 * 1024;

function sourceOf(file: string): string | undefined {
  try {
    // Opening a FIFO must not wait for a writer, and a device may never end: only what could be an input is shown.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(handle);
      return stats.isFile() && stats.size <= largest ? readFileSync(handle, 'utf8') : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    // Places such as the command line have no source to show.
    return undefined;
  }
}

export function runTools(shell: Shell, listeners: readonly ((stamped: StampedEvent) => void)[]): RunTools {
  return { listeners, signal: shell.signal, now: () => new Date(), clock: () => performance.now(), version };
}

/** Collects what would help with hosts that cannot be reached, for commands that show no progress. */
export function createHelp(shell: Shell): { listen(stamped: StampedEvent): void; show(): void } {
  const helps: string[] = [];
  return {
    listen: ({ event }) => {
      if (event.type === 'host.unreachable' && event.help !== undefined) helps.push(`${event.host}: ${event.help}`);
    },
    show: () => {
      for (const help of helps.sort()) shell.terminal.err.write(`${sanitize(help)}\n`);
    },
  };
}

/** Opens a run, hands it to `use`, and closes its connections whatever happens. */
export async function withRun<T>(
  shell: Shell,
  project: Project,
  mode: Mode,
  listeners: readonly ((stamped: StampedEvent) => void)[],
  use: (run: OpenRun) => Promise<T>,
): Promise<T> {
  const run = await openRun(project, mode, runTools(shell, listeners));
  try {
    return await use(run);
  } finally {
    await run.close();
  }
}
