/**
 * One look at a host, as data. Looks never write.
 *
 * - `argv`: a program of the read-only table with its arguments.
 * - `script`: a POSIX shell text of a fact; `args` arrive as `$1`….
 *   With `each`, the script takes any number of arguments and prints for each one, in their order, either nothing or one
 *   record `ARGUMENT NUL TEXT NUL`, and exits 0: so many looks of one kind are one process, and the output for several
 *   arguments is the outputs for each of them joined. A request itself has one argument; the transport joins them.
 * - `as`: the user that looks; needs root.
 * - `slow`: may hang (statvfs or ls on a network mount): runs beside the others under its own deadline.
 */
export type ReadRequest = ({ readonly argv: readonly string[] } | ScriptRead) & {
  readonly as?: string;
  readonly slow?: boolean;
};

export interface ScriptRead {
  readonly script: string;
  readonly args: readonly string[];
  readonly each?: boolean;
}

/** What a look gave, as bytes. */
export interface Reply {
  /** Exit code; 124 with `timedOut` when its deadline passed. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly timedOut?: boolean;
}

export interface Guard {
  /** Names the danger, e.g. `device-in-use`. */
  readonly name: string;
  /** POSIX shell; exit 0 = go on, anything else = refused. */
  readonly script: string;
  readonly args: readonly string[];
  readonly message: string;
}

export type Risk = 'destroys-data' | 'interrupts-io';

/**
 * One thing to do on a host, as JSON. Modules describe steps; only `src/run` has them performed.
 *
 * - `run`: a program. Never a shell string; where it is `sh -c` with a constant script, `title` says what that does.
 * - `write`: a whole file, atomically (temporary file beside it, fsync, rename, fsync of the folder).
 * - `prove`: a POSIX script that shows what can only be shown by writing, and removes what it wrote.
 */
export type Step = RunStep | WriteStep | ProveStep;

export interface RunStep {
  readonly kind: 'run';
  /** What it does, in words; shown in place of `argv`. Only for programs that are scripts. */
  readonly title?: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly as?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly guards?: readonly Guard[];
  readonly risk?: Risk;
  /** Seconds after which it is killed; its outcome is unknown then. */
  readonly deadline?: number;
}

export interface WriteStep {
  readonly kind: 'write';
  readonly path: string;
  readonly content: string;
  /** Octal text such as `0644`. Absent: the mode of the file that is replaced, or 0644. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly guards?: readonly Guard[];
}

export interface ProveStep {
  readonly kind: 'prove';
  /** What it proves, in words: `libvirt-qemu can write and remove a file in /home/images`. */
  readonly title: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly as?: string;
}

/** A step of a cluster object names the host that performs it. */
export type HostStep = Step & { readonly host: string };

/** What a step gave; output is decoded as UTF-8 and capped. */
export interface StepResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}
