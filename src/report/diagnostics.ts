import type { Diagnostic } from '../model/diagnostic.js';
import type { JsonObject } from '../model/json.js';
import { codeFrame } from './codeFrame.js';
import { blank, lineWidth, wrapLine } from './layout.js';
import { count } from './quantities.js';
import { createStyle } from './style.js';
import type { Line, Part, Style, View } from './style.js';
import { shortMessage } from './words.js';

export interface DiagnosticsOptions extends View {
  /** Tasks that were checked, for the summary. */
  readonly tasks?: number;
}

/** More than this says the same thing again and again. */
const shownAtMost = 50;

/**
 * Shows what is wrong with what the user wrote: a message, its place, the code around it and what to do next; then a
 * summary. `sourceOf` gives the text of a file, or undefined when there is none to show.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceOf: (file: string) => string | undefined,
  options: DiagnosticsOptions,
): string {
  const style = createStyle(options);
  const sorted = sortDiagnostics(diagnostics);
  const lines: Line[] = [];
  const files = new Map<string, readonly string[] | undefined>();
  for (const diagnostic of sorted.slice(0, shownAtMost)) {
    const { file } = diagnostic.at;
    if (!files.has(file))
      files.set(
        file,
        sourceOf(file)
          ?.replace(/^\ufeff/, '')
          .split(/\r\n|\n|\r/),
      );
    lines.push(...diagnosticLines(diagnostic, files.get(file), style), style.line());
  }
  if (sorted.length > shownAtMost) lines.push(style.line(`+${String(sorted.length - shownAtMost)} more`), style.line());
  lines.push(...wrapLine(style.line(...summary(diagnostics, options.tasks)), style.columns));
  return style.print(lines);
}

/** Diagnostics as one JSON document, sorted as on the screen, for editors and CI. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): JsonObject {
  const sorted = sortDiagnostics(diagnostics);
  return {
    format: 1,
    errors: sorted.filter((diagnostic) => diagnostic.severity === 'error').length,
    warnings: sorted.filter((diagnostic) => diagnostic.severity === 'warning').length,
    diagnostics: sorted.map(({ code, severity, message, at, help }) => ({
      code,
      severity,
      message,
      file: at.file,
      line: at.line,
      column: at.column,
      length: at.length,
      ...(help === undefined ? {} : { help }),
    })),
  };
}

/** Sorts by file and place; what stands at one place keeps its order. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((left, right) => {
    if (left.at.file !== right.at.file) return left.at.file < right.at.file ? -1 : 1;
    return left.at.line - right.at.line || left.at.column - right.at.column;
  });
}

function diagnosticLines(diagnostic: Diagnostic, rows: readonly string[] | undefined, style: Style): readonly Line[] {
  const { severity, code, at } = diagnostic;
  const tone = severity === 'error' ? 'danger' : 'changed';
  const head = style.line({ text: `${severity}[${code}]`, tone }, ': ', {
    text: shortMessage(diagnostic.message),
    tone: 'strong',
  });
  const where = style.line({ text: '  --> ', tone: 'faint' }, `${at.file}:${String(at.line)}:${String(at.column)}`);
  const lines = [...wrapLine(head, style.columns, blank(4)), ...wrapLine(where, style.columns, blank(6))];
  const help = diagnostic.help === undefined ? undefined : shortMessage(diagnostic.help);
  if (rows === undefined) return help === undefined ? lines : [...lines, ...helpBelow(help, blank(6), style)];
  const frame = codeFrame(rows, at, style);
  lines.push(...frame.lines);
  if (help === undefined) return [...lines, frame.marker];
  const beside = [...frame.marker, ...style.line(' ', { text: help, tone: 'accent' })];
  if (lineWidth(beside) <= style.columns) return [...lines, beside];
  const below = style.line({ text: ' '.repeat(Math.max(0, lineWidth(frame.gutter) - 2)), tone: 'faint' });
  return [...lines, frame.marker, ...helpBelow(help, below, style)];
}

function helpBelow(help: string, indent: Line, style: Style): readonly Line[] {
  const line = [...indent, ...style.line({ text: '= ', tone: 'faint' }, { text: help, tone: 'accent' })];
  return wrapLine(line, style.columns, [...indent, ...blank(2)]);
}

function summary(diagnostics: readonly Diagnostic[], tasks: number | undefined): readonly (string | Part)[] {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const files = new Set(diagnostics.map((diagnostic) => diagnostic.at.file)).size;
  const checked = tasks === undefined ? '' : `checked ${count(tasks, 'task')}, `;
  const tone = errors > 0 ? 'bad' : warnings > 0 ? 'changed' : 'good';
  const text = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const place = files === 0 ? '' : ` in ${count(files, 'file')}`;
  return [{ text, tone }, `${place} (${checked}no host was contacted)`];
}
