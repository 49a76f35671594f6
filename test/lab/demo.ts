import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startEmbeddedLab } from './embedded.js';
import type { Lab } from './lab.js';

export interface DemoOptions {
  /** The command line program, as a path to a JavaScript file. */
  readonly cli: string;
  readonly playbook: string;
}

interface Act {
  readonly command: readonly string[];
  /** The hosts may not differ afterwards in a single file, and the command says so. */
  readonly changesNothing?: true;
}

const acts: readonly Act[] = [
  { command: ['validate'] },
  { command: ['plan', '-D'] },
  { command: ['apply', '-y'] },
  { command: ['apply', '-y'], changesNothing: true },
  { command: ['status'] },
];
const noChanges = 'No changes';

/**
 * Shows the program on three hosts of an embedded lab: checks, plans and applies a playbook, applies it again, shows
 * the storage. Prints each command line before it runs.
 * @returns the exit code: 0 when every command did what it should, else 1
 * @throws Error when the lab cannot start
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const lab = await startEmbeddedLab({ hosts: 3, shared: true });
  try {
    say(`Three hosts are up: ${lab.hosts.map(({ name }) => name).join(', ')}, in ${lab.dir}.`);
    if (lab.uids === 'one') say('qemu access: not provable here (one uid)');
    for (const act of acts) {
      const complaint = await perform(lab, options, act);
      if (complaint !== undefined) {
        say(`\nThe demo failed: ${complaint}.`);
        return 1;
      }
    }
  } finally {
    await lab.stop();
  }
  const seconds = (performance.now() / 1000).toFixed(1);
  say(
    `\nShown in ${seconds} s: ${options.playbook} was checked, planned, applied to three hosts over SSH and applied again` +
      ' without a change; try `npm run lab` next, which keeps such hosts up for you to play with.',
  );
  return 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @returns what went wrong, or undefined */
async function perform(lab: Lab, { cli, playbook }: DemoOptions, act: Act): Promise<string | undefined> {
  const argv = [...act.command, playbook, '--config', lab.configFile];
  const shown = ['stowage', ...argv].join(' ');
  say(bold(`\n$ ${shown}`));
  const before = act.changesNothing === undefined ? [] : await snapshots(lab);
  const { code, output } = await runCli([cli, ...argv], act.changesNothing === true);
  if (code !== 0) return `\`${shown}\` ended with ${String(code)}`;
  if (act.changesNothing === undefined) return undefined;
  if (!output.includes(noChanges)) return `\`${shown}\` did not say "${noChanges}"`;
  const after = await snapshots(lab);
  const changed = lab.hosts.filter((_, index) => before[index] !== after[index]);
  if (changed.length === 0) return undefined;
  return `\`${shown}\` left traces on ${changed.map(({ name }) => name).join(', ')}`;
}

function snapshots(lab: Lab): Promise<string[]> {
  return Promise.all(lab.hosts.map((host) => host.snapshot()));
}

/** The program sees the user's terminal, except that what is to be checked goes through a pipe, in colour all the same. */
async function runCli(argv: readonly string[], check: boolean): Promise<{ code: number | string; output: string }> {
  const coloured = process.stdout.isTTY && process.env.NO_COLOR === undefined;
  const child = spawn(process.execPath, argv, {
    stdio: ['inherit', check ? 'pipe' : 'inherit', 'inherit'],
    env: check && coloured ? { ...process.env, FORCE_COLOR: '1' } : process.env,
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    output += data;
    process.stdout.write(data);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? `signal ${String(signal)}`, output };
}

function bold(text: string): string {
  return process.stdout.isTTY && process.env.NO_COLOR === undefined ? `\u001b[1m${text}\u001b[22m` : text;
}
