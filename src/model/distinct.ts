import type { Diagnostic, DiagnosticCode } from './diagnostic.js';

/** What is wrong with the text itself: whatever else is said of the same place only follows from it. */
const ofText: readonly DiagnosticCode[] = [
  'BAD_YAML',
  'BAD_TEMPLATE',
  'BAD_ENCODING',
  'UNSUPPORTED_YAML',
  'YAML_LIMIT',
];

/**
 * Leaves out what repeats or follows from another diagnostic of the same place: a mistake found when a text is loaded and
 * again for its hosts (then perhaps with their names behind it), and what is made of a text that is wrong by itself.
 */
export function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const before = new Map<string, Diagnostic[]>();
  const broken = new Set(diagnostics.filter(({ code }) => ofText.includes(code)).map(placeOf));
  return diagnostics.filter((diagnostic) => {
    const place = placeOf(diagnostic);
    const known = before.get(place) ?? [];
    before.set(place, [...known, diagnostic]);
    if (broken.has(place) && !ofText.includes(diagnostic.code)) return false;
    return !known.some(({ code, message }) => code === diagnostic.code && diagnostic.message.startsWith(message));
  });
}

function placeOf({ at }: Diagnostic): string {
  return `${at.file}:${String(at.line)}:${String(at.column)}`;
}

const losing: readonly DiagnosticCode[] = [
  'FILE_NOT_FOUND',
  'FILE_TOO_LARGE',
  'BAD_ENCODING',
  'BAD_YAML',
  'YAML_LIMIT',
  'UNSUPPORTED_YAML',
];

/** Whether a file besides the playbook could not be read as a whole: what it defines is not known then. */
export function losesFile(diagnostics: readonly Diagnostic[], playbook: string | undefined): boolean {
  return diagnostics.some(
    ({ code, at, severity }) =>
      severity === 'error' && losing.includes(code) && (at.file !== playbook || code.startsWith('FILE_')),
  );
}
