import type { CleanPart, Line } from './style.js';
import { takeWidth, widthOf } from './width.js';

/** Counts the cells of a line. */
export function lineWidth(line: Line): number {
  let width = 0;
  for (const part of line) width += widthOf(part.text);
  return width;
}

/** A line of spaces. */
export function blank(width: number): Line {
  return [{ text: ' '.repeat(Math.max(0, width)), clean: true }];
}

/** Fills a line with spaces up to a width; `start` puts them before it (numbers). */
export function padLine(line: Line, width: number, side: 'start' | 'end' = 'end'): Line {
  const missing = width - lineWidth(line);
  if (missing <= 0) return line;
  return side === 'end' ? [...line, ...blank(missing)] : [...blank(missing), ...line];
}

/** Cuts a line to a width; `ellipsis` marks the cut and is part of the width. */
export function cutLine(line: Line, width: number, ellipsis: string): Line {
  if (lineWidth(line) <= width) return line;
  const mark = takeWidth(ellipsis, width);
  let room = width - widthOf(mark);
  const kept: CleanPart[] = [];
  for (const part of line) {
    const text = takeWidth(part.text, room);
    kept.push({ ...part, text });
    room -= widthOf(text);
    if (text.length < part.text.length) break;
  }
  return [...kept, { text: mark, clean: true }];
}

/** Puts short lines beside each other, with `gap` between them, in as many rows as the width needs. */
export function flowLines(items: readonly Line[], columns: number, gap: Line, hang: Line = []): readonly Line[] {
  const rows: Line[] = [];
  let row: Line = hang;
  let filled = false;
  for (const item of items) {
    const joined = filled ? [...row, ...gap, ...item] : [...row, ...item];
    if (filled && lineWidth(joined) > columns) {
      rows.push(row);
      row = [...hang, ...item];
    } else {
      row = joined;
    }
    filled = true;
  }
  return filled ? [...rows, row] : rows;
}

interface Word {
  readonly parts: readonly CleanPart[];
  readonly width: number;
  /** The spaces before it. */
  readonly gap: readonly CleanPart[];
  readonly gapWidth: number;
}

/**
 * Breaks a line at its spaces so that nothing is wider than `columns` but a single word that is. Lines after the first
 * begin with `hang`.
 */
export function wrapLine(line: Line, columns: number, hang: Line = []): readonly Line[] {
  if (lineWidth(line) <= columns) return [line];
  const lines: Line[] = [];
  const hangWidth = lineWidth(hang);
  let current: CleanPart[] = [];
  let width = 0;
  let words = 0;
  for (const word of wordsOf(line)) {
    if (words > 0 && width + word.gapWidth + word.width > columns) {
      lines.push(current);
      current = [...hang, ...word.parts];
      width = hangWidth + word.width;
    } else {
      current.push(...word.gap, ...word.parts);
      width += word.gapWidth + word.width;
    }
    words += 1;
  }
  return [...lines, current];
}

function wordsOf(line: Line): readonly Word[] {
  const words: Word[] = [];
  let gap: CleanPart[] = [];
  let parts: CleanPart[] = [];
  const finish = (): void => {
    if (parts.length > 0) words.push({ parts, width: lineWidth(parts), gap, gapWidth: lineWidth(gap) });
    if (parts.length > 0) gap = [];
    parts = [];
  };
  for (const part of line) {
    for (const text of part.text.split(/( +)/)) {
      if (text === '') continue;
      if (text.startsWith(' ')) {
        finish();
        gap.push({ ...part, text });
      } else {
        parts.push({ ...part, text });
      }
    }
  }
  finish();
  return words;
}
