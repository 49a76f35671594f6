import type { LineStarts, Span } from '../model/source.js';

/** Finds places in the text of a file by their offset in UTF-16 units. */
export interface Positions {
  /** The span from one offset to another, cut at the end of its first line; at least 1 long. */
  span(start: number, end: number): Span;
  /** The line and column of an offset, from 1. */
  place(offset: number): { readonly line: number; readonly column: number };
}

export function positionsOf(file: string, source: string): Positions {
  const starts = lineStarts(source);
  const place: Positions['place'] = (offset) => {
    const row = lastAtMost(starts, offset, (start) => start);
    return { line: row + 1, column: offset - (starts[row] ?? 0) + 1 };
  };
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

/** Finds where pieces of a text stand in its file, by their offsets; a piece of several lines is cut after its first. */
export type Places = (start: number, end: number) => Span;

export function placesIn({ text, lines, at }: PlacedText): Places {
  const starts = lineStarts(text);
  return (start, end) => {
    const row = lastAtMost(starts, start, (offset) => offset);
    const column = start - (starts[row] ?? 0);
    const lineEnd = starts[row + 1] ?? text.length + 1;
    const length = Math.max(1, Math.min(end, lineEnd - 1) - start);
    const line = lines[row];
    if (line === undefined) return at;
    const jumps = line.jumps ?? [];
    const jump = jumps[lastAtMost(jumps, column, ({ index }) => index)];
    const from = jump ?? { index: 0, line: line.line, column: line.column };
    return { file: at.file, line: from.line, column: from.column + column - from.index, length };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
  return starts;
}

/** The index of the last item whose key is at most `key`, in an ascending list; -1 when there is none. */
function lastAtMost<T>(items: readonly T[], key: number, keyOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && keyOf(item) <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
