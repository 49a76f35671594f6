import type { Diagnostic, DiagnosticCode } from './diagnostic.js';
import type { Span } from './source.js';

/** Makes an error about what the user wrote. */
export function problem(code: DiagnosticCode, message: string, at: Span, help?: string): Diagnostic {
  return { code, severity: 'error', message, at, ...(help === undefined ? {} : { help }) };
}
