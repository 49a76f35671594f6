import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.js';
import type { Span } from '../model/source.js';

export function problem(code: DiagnosticCode, message: string, at: Span, help?: string): Diagnostic {
  return { code, severity: 'error', message, at, ...(help === undefined ? {} : { help }) };
}
