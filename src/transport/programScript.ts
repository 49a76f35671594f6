import { RunnerError } from '../model/errors.js';
import type { Guard, ProveStep, ReadRequest, RunStep, Step, WriteStep } from '../model/step.js';
import type { Program } from './connection.js';
import type { Limits } from './limits.js';
import { quote } from './quote.js';
import { deadlineOf, killAfter, newNonce, quoteArgv, scriptWords, subshell, timedRead } from './script.js';
import { actingFrom, digestSeparator, unitsOf } from './units.js';
import type { Unit } from './units.js';

/** A program with its reads joined, as the host sees it. */
export interface PreparedProgram {
  readonly program: Program;
  /** Whose shell performs it. */
  readonly user: string;
  readonly expect: readonly Unit[];
  readonly prove: readonly Unit[];
}

/** @param user whose shell performs it */
export function prepareProgram(program: Program, user: string): PreparedProgram {
  const units = (requests: readonly ReadRequest[]) => unitsOf(requests).map((unit) => actingFrom(user, unit));
  return { program, user, expect: units(program.expect), prove: units(program.prove) };
}

/**
 * The script of a program. Frames: `read I CODE` a repeated read after a difference, `ask` then waits for `go`,
 * `start I`, `refused I GUARD`, `done I CODE` for steps, `proved I CODE` for reads after the steps.
 * @throws RunnerError BAD_PARAMETERS for a step that no host can perform; nothing was sent
 */
export function programBody(nonce: string, prepared: PreparedProgram, limits: Limits): string {
  const { program, expect, prove } = prepared;
  return [
    ...(expect.length === 0 ? [] : [checkDigest(nonce, prepared, limits)]),
    ...program.steps.map((step, index) => performStep(nonce, index, step, { ...prepared, limits })),
    ...prove.map((unit, index) => `${timedRead(unit, limits)} 4>&-\nframe ${nonce} proved ${index} "$?"`),
    ':',
  ].join('\n');
}

/** Seconds after which a program cannot be under way any more unless something hangs that cannot be killed. */
export function programDeadline(prepared: PreparedProgram, limits: Limits): number {
  const { program, expect, prove } = prepared;
  let seconds = limits.grace;
  // Once for the digest and once more when the replies are asked for.
  for (const unit of [...expect, ...expect, ...prove]) seconds += deadlineOf(unit, limits) + killAfter.read;
  for (const step of program.steps) {
    const guards = 'guards' in step ? (step.guards?.length ?? 0) : 0;
    seconds += guards * (limits.fastDeadline + killAfter.step) + stepDeadline(step, program) + killAfter.step;
  }
  return seconds;
}

export function stepDeadline(step: Step, program: Program): number {
  return step.kind === 'run' ? (step.deadline ?? program.stepDeadline) : program.stepDeadline;
}

function checkDigest(nonce: string, { program, expect }: PreparedProgram, limits: Limits): string {
  const hashed = expect.map(
    (unit) => `${timedRead(unit, limits)} 2>/dev/null 4>&-\nprintf '\\n${digestSeparator} %d\\n' "$?"`,
  );
  const shown = expect.map((unit, index) => `${timedRead(unit, limits)} 4>&-\nframe ${nonce} read ${index} "$?"`);
  return `d=$( {
${hashed.join('\n')}
} | sha256sum)
if [ "\${d%% *}" != ${quote(program.digest)} ]; then
${shown.join('\n')}
printf '\\n%s ask\\n' ${nonce}
IFS= read -r v || v=stop
[ "$v" = go ] || return 0
fi`;
}

interface StepContext extends PreparedProgram {
  readonly limits: Limits;
}

/**
 * A step writes into two pipes of its own, which `relay` closes at a marker: what it leaves in the background can
 * neither reach the channel nor hold it open. The line after the marker is for a sed that reads one line ahead; it may
 * find the pipe closed, which must not end the shell before the other marker is written.
 */
function performStep(nonce: string, index: number, step: Step, context: StepContext): string {
  const guards = 'guards' in step ? (step.guards ?? []) : [];
  const marker = newNonce();
  return `${guards.map((guard, place) => checkGuard(nonce, [index, place], guard, context.limits)).join('\n')}
frame ${nonce} start ${index}
r=$( { { {
${stepCommand(step, context)} 3>&- 4>&- 5>&-
c=$?
printf %d "$c" >&5
trap '' PIPE
printf '\\n${marker}\\n\\n' 2>/dev/null
printf '\\n${marker}\\n\\n' >&2 2>/dev/null
} 2>&3 3>&- | relay ${marker} >&4 3>&- 5>&-
} 3>&1 | relay ${marker} >&2 5>&-
} 5>&1)
frame ${nonce} done ${index} "\${r:=137}"
[ "$r" = 0 ] || return 0`;
}

function checkGuard(nonce: string, place: readonly [number, number], guard: Guard, limits: Limits): string {
  const prefix = `timeout -k ${killAfter.step} ${limits.fastDeadline}`;
  return `${subshell(scriptWords(guard.script, guard.args), prefix, undefined)} </dev/null >/dev/null 2>&1 4>&- || {
printf '\\n%s refused ${place.join(' ')}\\n' ${nonce}
return 0
}`;
}

function stepCommand(step: Step, { program, user }: StepContext): string {
  const prefix = `timeout -k ${killAfter.step} ${stepDeadline(step, program)}`;
  switch (step.kind) {
    case 'run':
      return runCommand(step, prefix, user);
    case 'write':
      return writeCommand(step, prefix);
    case 'prove':
      return proveCommand(step, prefix, user);
    default:
      return step satisfies never;
  }
}

function runCommand(step: RunStep, prefix: string, user: string): string {
  // A path of its own is set last, so that it hides neither timeout nor setpriv.
  const { PATH, ...env } = step.env ?? {};
  const path = PATH === undefined ? '' : `env ${quote(`PATH=${PATH}`)} `;
  const command = subshell(`${path}${quoteArgv(step.argv)}`, prefix, step.as === user ? undefined : step.as);
  const before = [
    ...(step.cwd === undefined ? [] : [`cd ${quote(directory(step.cwd))} || exit 1`]),
    ...Object.entries(env).map(([name, value]) => `export ${variable(name)}=${quote(value)}`),
  ];
  const whole = before.length === 0 ? command : `(${before.join('\n')}\n${command})`;
  return withInput(whole, step.stdin);
}

function writeCommand(step: WriteStep, prefix: string): string {
  if (!step.path.startsWith('/')) throw new RunnerError('BAD_PARAMETERS', `the path ${step.path} is not absolute`);
  const size = String(Buffer.byteLength(step.content));
  const words = [step.path, step.mode ?? '', step.owner ?? '', step.group ?? '', size].map(quote).join(' ');
  return withInput(`(exec ${prefix} /bin/sh -c "$write_file" sh ${words})`, step.content);
}

function proveCommand(step: ProveStep, prefix: string, user: string): string {
  return withInput(
    subshell(scriptWords(step.script, step.args), prefix, step.as === user ? undefined : step.as),
    undefined,
  );
}

/** The builtin `printf` puts the text on no command line and in no file. */
function withInput(command: string, input: string | undefined): string {
  if (input === undefined || input === '') return `${command} </dev/null`;
  return `printf %s ${quote(input)} 2>/dev/null 3>&- 4>&- 5>&- | ${command}`;
}

/** `cd` would search a relative one, and take "-" for the directory before. */
function directory(path: string): string {
  if (path.startsWith('/')) return path;
  throw new RunnerError('BAD_PARAMETERS', `the working directory ${path} is not absolute`);
}

function variable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new RunnerError('BAD_PARAMETERS', `${JSON.stringify(name)} cannot be the name of an environment variable`);
}
