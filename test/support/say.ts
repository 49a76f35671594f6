import type { Diagnostic } from '../../src/model/diagnostic.js';

/** A diagnostic as one line: `site.yml:3:5 UNKNOWN_KEY a play has no key "wen" (did you mean "when"?)`. */
export function say({ code, severity, message, at, help }: Diagnostic): string {
  const mark = severity === 'warning' ? 'warning ' : '';
  return `${at.file}:${at.line}:${at.column} ${mark}${code} ${message}${help === undefined ? '' : ` (${help})`}`;
}
