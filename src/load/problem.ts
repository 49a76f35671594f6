import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.js';
import type { Span } from '../model/source.js';

/** Makes an error. @param message one sentence without a final period */
export function problem(code: DiagnosticCode, at: Span, message: string, help?: string): Diagnostic {
  return { code, severity: 'error', message, at, ...(help === undefined ? {} : { help }) };
}

/** Makes a warning: something that is right as it stands but surely not meant. */
export function warning(code: DiagnosticCode, at: Span, message: string, help?: string): Diagnostic {
  return { ...problem(code, at, message, help), severity: 'warning' };
}

/** The beginning of a file, for what is wrong with it as a whole. */
export function startOf(file: string): Span {
  return { file, line: 1, column: 1, length: 1 };
}

/** Says "did you mean" when there is a near name. */
export function didYouMean(near: string | undefined): string | undefined {
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** Diagnostics of one file in the order of its text; files stay in the order in which they come up first. */
export function inTextOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ at }) => at.file))];
  return [...diagnostics].sort(
    ({ at: left }, { at: right }) =>
      files.indexOf(left.file) - files.indexOf(right.file) || left.line - right.line || left.column - right.column,
  );
}
