import type { Span } from '../model/source.js';
import type { Line, Style } from './style.js';
import { sanitize, takeWidth, widthOf } from './width.js';

/** Lines shown before the one with the mistake. */
const context = 2;
const tabWidth = 2;

/** Lines of code with what marks the mistake, and how many cells the mark ends at. */
export interface CodeFrame {
  readonly lines: readonly Line[];
  readonly marker: Line;
  /** The gutter of a line without a number, for text below the frame. */
  readonly gutter: Line;
}

/**
 * Shows the lines around a place: up to two before it, its own, and `^^^` below. Lines wider than the view are cut,
 * the one with the mistake to a window around the place; a place past the end of the file is shown at its end.
 * @param rows all lines of the file
 */
export function codeFrame(rows: readonly string[], span: Span, style: Style): CodeFrame {
  const number = Math.min(Math.max(1, span.line), rows.length);
  const first = Math.max(1, number - context);
  const gutterWidth = Math.max(4, String(number).length + 2);
  const row = rows[number - 1] ?? '';
  const start = Math.min(Math.max(0, span.column - 1), row.length);
  const ascii = !style.unicode;
  const before = widthOf(display(row.slice(0, start), ascii));
  const marked = Math.max(1, widthOf(display(row.slice(start, start + Math.max(1, span.length)), ascii)));
  const room = Math.max(10, style.columns - gutterWidth - 3);
  const window = { from: windowStart(before, marked, room), room };

  const gutter = style.line({ text: `${' '.repeat(gutterWidth)} | `, tone: 'faint' });
  const lines = rows.slice(first - 1, number).map((text, index) => {
    const label = String(first + index).padStart(gutterWidth);
    const shown = first + index === number ? window : { from: 0, room };
    return [
      ...style.line({ text: `${label} | `, tone: 'faint' }),
      ...style.line(cut(display(text, ascii), shown, style)),
    ];
  });
  const from = before - window.from;
  const marker = style.line(' '.repeat(from), { text: '^'.repeat(Math.min(marked, room - from)), tone: 'bad' });
  return { lines, marker: [...gutter, ...marker], gutter };
}

function display(text: string, ascii: boolean): string {
  return sanitize(text.replaceAll('\t', ' '.repeat(tabWidth)), ascii);
}

/** Where the shown part of a line begins: at its start while the place fits, else a third of the view before it. */
function windowStart(before: number, marked: number, room: number): number {
  if (before + Math.min(marked, room) <= room - 3) return 0;
  return Math.max(0, before - Math.floor(room / 3));
}

function cut(text: string, window: { readonly from: number; readonly room: number }, style: Style): string {
  const mark = style.symbols.ellipsis;
  let rest = text;
  let head = '';
  if (window.from > 0 && text !== '') {
    const dropped = takeWidth(text, window.from + mark.length);
    rest = text.slice(dropped.length);
    // A wide character at the cut leaves a cell free; without filling it the mark would not be below its place.
    head = mark + ' '.repeat(window.from + mark.length - widthOf(dropped));
    if (rest === '') return mark;
  }
  if (widthOf(head + rest) <= window.room) return head + rest;
  return takeWidth(head + rest, window.room - mark.length) + mark;
}
