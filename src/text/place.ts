import type { LineStarts, Span } from '../model/source.js';

/** Finds places in the text of a file by their offset in UTF-16 units. */
export interface Positions {
  /** The span from one offset to another, cut at the end of its first line; at least 1 long. */
  span(start: number, end: number): Span;
  /** The line and column of an offset, from 1. */
  place(offset: number): { readonly line: number; readonly column: number };
}

export function positionsOf(file: string, source: string): Positions {
  const starts = [0];
  for (let index = source.indexOf('\n'); index !== -1; index = source.indexOf('\n', index + 1)) starts.push(index + 1);

  function place(offset: number): { line: number; column: number } {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  return {
    place,
    span(start, end) {
      const firstLine = source.slice(start, end).split('\n', 1)[0] ?? '';
      return { file, ...place(start), length: Math.max(1, firstLine.trimEnd().length) };
    },
  };
}

/** Text that stands somewhere in a file: a template, an expression. */
export interface PlacedText {
  readonly text: string;
  readonly lines: LineStarts;
  readonly at: Span;
}

/**
 * Finds where a piece of a text stands in its file.
 * @param start offset of the piece in `text.text`
 * @param end offset after it; a piece of several lines is cut at the end of its first
 */
export function spanInText(text: PlacedText, start: number, end: number): Span {
  const before = text.text.slice(0, start);
  const row = before.split('\n').length - 1;
  const column = start - (before.lastIndexOf('\n') + 1);
  const length = Math.max(1, (text.text.slice(start, end).split('\n', 1)[0] ?? '').length);
  const line = text.lines[row];
  if (line === undefined) return text.at;
  const jump = line.jumps?.findLast((candidate) => candidate.index <= column);
  const from = jump ?? { index: 0, line: line.line, column: line.column };
  return { file: text.at.file, line: from.line, column: from.column + column - from.index, length };
}
