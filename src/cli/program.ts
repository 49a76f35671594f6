import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../model/exitCode.js';
import { apply } from './commands/apply.js';
import type { ApplyFlags } from './commands/apply.js';
import { inventory } from './commands/inventory.js';
import { listModules, showModule } from './commands/module.js';
import { plan } from './commands/plan.js';
import type { PlanFlags } from './commands/plan.js';
import { status } from './commands/status.js';
import type { StatusFlags } from './commands/status.js';
import { validate } from './commands/validate.js';
import type { CommonFlags } from './options.js';
import type { Shell } from './shared.js';
import type { Look } from './terminal.js';
import { version } from './version.js';

/** Runs one command with what it needs of the process. */
export type RunCommand = (look: Look, command: (shell: Shell) => ExitCode | Promise<ExitCode>) => Promise<void>;

/** Builds the command line. Every command ends by telling `run` its exit code. */
export function createProgram(run: RunCommand): Command {
  const program = new Command('stowage')
    .description('Makes the storage of a group of virtualization hosts what a YAML playbook says it should be.')
    .version(version)
    .showHelpAfterError('(add --help for the flags)')
    .exitOverride();
  addCommands(program, run);
  return program;
}

/** The exit code of a mistake in the command line, or of help that was asked for; undefined for anything else. */
export function usageExitCode(error: unknown): ExitCode | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 5;
}

function addCommands(program: Command, run: RunCommand): void {
  common(program.command('validate [playbook]'))
    .description('Find every mistake of playbook and inventory; contact no host')
    .action((playbook: string | undefined, flags: CommonFlags) =>
      run(flags, (shell) => validate(shell, playbook, flags)),
    );
  planning(common(program.command('plan [playbook]')))
    .description('Look at the hosts and show what would be done; change nothing')
    .option('--out <file.json>', 'save the plan, for: stowage apply FILE.json')
    .option('--detailed-exitcode', 'exit with 3 when there is something to do')
    .action((playbook: string | undefined, flags: PlanFlags) => run(flags, (shell) => plan(shell, playbook, flags)));
  planning(common(program.command('apply')))
    .argument('[playbook]', 'a playbook, or a plan that "plan --out" saved')
    .description('Do it, and prove it by reading again')
    .option('-y, --yes', 'do not ask')
    .option('-C, --check', 'the same as "stowage plan"')
    .option('--syntax-check', 'the same as "stowage validate"')
    .option('--plain', 'show progress as lines')
    .action((target: string | undefined, flags: ApplyFlags) => run(flags, (shell) => apply(shell, target, flags)));
  common(program.command('status [playbook]'))
    .description('Show the storages as a tree with what the last look at each said')
    .option('--plain', 'a table separated by tabs')
    .action((playbook: string | undefined, flags: StatusFlags) =>
      run(flags, (shell) => status(shell, playbook, flags)),
    );
  planning(common(program.command('drift [playbook]')))
    .description('The same as "plan", and exit with 3 when something differs')
    .action((playbook: string | undefined, flags: PlanFlags) =>
      run(flags, (shell) => plan(shell, playbook, { ...flags, detailedExitcode: true })),
    );
  common(program.command('inventory [playbook]'))
    .description('List the hosts as they would be connected to; contact none')
    .action((playbook: string | undefined, flags: CommonFlags) =>
      run(flags, (shell) => inventory(shell, playbook, flags)),
    );
  const module = program.command('module').description('Say what modules there are and what they take');
  module.command('list').action(() => run({}, listModules));
  module.command('show <name>').action((name: string) => run({}, (shell) => showModule(shell, name)));
}

function common(command: Command): Command {
  return command
    .option('-i, --inventory <source>', 'inventory file, folder or "host1,host2,"; may be repeated', collect)
    .option('-l, --limit <pattern>', 'only change these hosts')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', collect)
    .option('--skip-tags <tags>', 'no tasks with any of these tags', collect)
    .option('-e, --extra-vars <vars>', 'NAME=VALUE, YAML or @FILE; may be repeated', collect)
    .option('-f, --forks <number>', 'hosts to connect to at the same time', positive)
    .option('-u, --user <name>', 'log in as this user where the inventory names none')
    .option('--private-key <file>', 'log in with this key where the inventory names none')
    .option('-T, --timeout <seconds>', 'time to connect and log in', positive)
    .option('--config <file>', 'settings (default: stowage.yml when it is there)')
    .option('--json', 'print the result as JSON')
    .option('-v, --verbose', 'say more; may be repeated', (_value, total: number) => total + 1, 0)
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('--ascii', 'no symbols outside ASCII');
}

function planning(command: Command): Command {
  return command.option('-D, --diff', 'show how texts would change, line by line');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('it must be a whole number above 0');
  return value;
}
