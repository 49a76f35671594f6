import type { Span } from './source.js';

/**
 * What can be wrong with what the user wrote. The codes are part of the product: scripts and editors match them.
 * Each has one line here that says when it is given.
 */
export const diagnosticCodes = {
  FILE_NOT_FOUND: 'a file that the command line or another file names does not exist or cannot be read',
  FILE_TOO_LARGE: 'an input file is larger than 1 MiB',
  BAD_ENCODING: 'an input file is not UTF-8 or holds control characters',
  BAD_YAML: 'the text is not valid YAML 1.2',
  YAML_LIMIT: 'the text nests deeper than 64 levels or uses aliases, which are not supported',
  DUPLICATE_KEY: 'a mapping holds the same key twice',
  UNSUPPORTED_YAML: 'a YAML feature that changes meanings: directives, merge keys, unknown tags, several documents',
  WRONG_TYPE: 'a value has another type or form than the one expected here',
  UNKNOWN_KEY: 'a key is not known here',
  MISSING_KEY: 'a required key is missing',
  CONFLICT: 'two values contradict each other',
  UNKNOWN_MODULE: 'a task names a module that does not exist',
  NOT_ONE_MODULE: 'a task names no module, or more than one',
  NOT_SUPPORTED: 'a word of Ansible that is left out on purpose or not there yet; the help names what to write',
  BAD_TEMPLATE: 'the text between {{ }} is not a template that is allowed here',
  BAD_EXPRESSION: 'a condition or !expr is not a valid CEL expression',
  UNDEFINED_VARIABLE: 'a template or expression names a variable that is not defined for every host',
  VARIABLE_CYCLE: 'variables refer to each other in a circle',
  TOO_LATE: 'a value is only known during the run where it must be known before',
  BAD_PATTERN: 'a host pattern is not well-formed',
  UNKNOWN_HOST: 'a pattern, group or list names a host or group that the inventory does not have',
  NO_HOSTS: 'a pattern or limit leaves no host',
  GROUP_CYCLE: 'groups contain each other in a circle',
  DUPLICATE_NAME: 'two objects have the same name',
  BAD_CONFIG: 'stowage.yml holds something that is not valid',
  NOT_SHARED: 'a directory of each host is declared as one storage for several hosts',
  OVERLAPPING_PATHS: 'two volumes of a host have the same mount point, or one inside the other',
  UNKNOWN_TAG: 'a tag named on the command line is on no task',
  PLAN_INVALID: 'a saved plan cannot be read or is of another format',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** One sentence, no final period. */
  readonly message: string;
  readonly at: Span;
  /** What to do next. */
  readonly help?: string;
}

/** A value with everything that is wrong with its text. `value` is absent when no sensible value could be made. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Who has more mistakes than this mends a part of them first; finding all would only cost time. */
const enough = 500;

/** Whether so much is wrong that looking for more is of no use. */
export function isEnough(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.length >= enough;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
