import type { LineStart, LineStarts } from '../model/source.js';
import type { Positions } from './place.js';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/** A scalar of a YAML text: its token (for blocks from the `|` or `>` on) and the text that it stands for. */
export interface WrittenScalar {
  readonly style: ScalarStyle;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A stretch of the text that stands in one piece in the file. */
interface Piece {
  readonly index: number;
  readonly offset: number;
}

/** Finds where each line of the text of a scalar stands in its file, through quotes, escapes and folding. */
export function lineStartsOf(source: string, scalar: WrittenScalar, positions: Positions): LineStarts {
  const pieces = scalar.style === 'block' ? blockPieces(source, scalar) : flowPieces(source, scalar);
  const [firstPiece = { index: 0, offset: scalar.start }] = pieces;
  const lines: LineStart[] = [];
  let current = firstPiece;
  let next = 0;
  let lineStart = 0;
  for (const line of scalar.text.split('\n')) {
    while ((pieces[next]?.index ?? Infinity) <= lineStart) current = pieces[next++] ?? current;
    const start = positions.place(current.offset + Math.max(0, lineStart - current.index));
    const jumps: { index: number; line: number; column: number }[] = [];
    while ((pieces[next]?.index ?? Infinity) < lineStart + line.length) {
      current = pieces[next++] ?? current;
      jumps.push({ index: current.index - lineStart, ...positions.place(current.offset) });
    }
    lines.push(jumps.length === 0 ? start : { ...start, jumps });
    lineStart += line.length + 1;
  }
  return lines;
}

/** Each line of a block stands in the text as it is, without its indentation. */
function blockPieces(source: string, { start, end, text }: WrittenScalar): readonly Piece[] {
  const [header = '', ...lines] = source.slice(start, end).split('\n');
  const indicated = /^[|>][+-]?([1-9])/.exec(header)?.[1];
  const firstContent = lines.find((line) => line.trim() !== '') ?? '';
  const natural = firstContent.length - firstContent.trimStart().length;
  // An indentation indicator counts from the parent; what of the first line's spaces belongs to the text tells the rest.
  const own = indicated === undefined ? 0 : /^\n*( *)/.exec(text)?.[1]?.length;
  const indent = Math.max(0, natural - (own ?? 0));
  const pieces: Piece[] = [];
  let offset = start + header.length + 1;
  let index = 0;
  for (const line of lines) {
    const content = line.slice(indent).replace(/\r$/, '');
    if (content.trim() !== '') {
      const found = text.indexOf(content, index);
      if (found === -1) return pieces;
      pieces.push({ index: found, offset: offset + indent });
      index = found + content.length;
    }
    offset += line.length + 1;
  }
  return pieces;
}

/** Lines of a flow scalar are trimmed and joined; quotes hold escapes. */
function flowPieces(source: string, { style, start, end, text }: WrittenScalar): readonly Piece[] {
  const quote = style === 'plain' ? 0 : 1;
  const lines = source.slice(start + quote, end - quote).split('\n');
  const pieces: Piece[] = [];
  let offset = start + quote;
  let index = 0;
  let breaks = 0;
  let escapedBreak = false;
  for (const [row, line] of lines.entries()) {
    const last = row === lines.length - 1;
    const content = trimmed(line, row === 0, last);
    if (content !== '' || row === 0) {
      if (row > 0) index += breaks > 1 ? breaks - 1 : escapedBreak ? 0 : 1;
      breaks = 0;
      const from = offset + (row === 0 ? 0 : line.length - line.trimStart().length);
      for (const run of runs(content, style)) {
        pieces.push({ index, offset: from + run.at });
        index += run.length;
      }
      escapedBreak = style === 'double' && !last && /(?<!\\)(\\\\)*\\$/.test(content);
    }
    breaks += 1;
    offset += line.length + 1;
  }
  return index <= text.length ? pieces : pieces.slice(0, 1);
}

function trimmed(line: string, first: boolean, last: boolean): string {
  const head = first ? line : line.trimStart();
  return last ? head : head.trimEnd();
}

/** Cuts a line of a flow scalar at its escapes: where each run begins, and how long it is in the text. */
function runs(content: string, style: ScalarStyle): readonly { readonly at: number; readonly length: number }[] {
  if (style === 'plain') return [{ at: 0, length: content.length }];
  const escape = style === 'single' ? /''/g : /\\(?:x.{2}|u.{4}|U(.{8})|.|$)/gs;
  const found: { at: number; length: number }[] = [];
  let at = 0;
  for (const match of content.matchAll(escape)) {
    if (match.index > at) found.push({ at, length: match.index - at });
    found.push({ at: match.index, length: match[0] === '\\' ? 0 : unitsOf(match[1]) });
    at = match.index + match[0].length;
  }
  if (at < content.length || found.length === 0) found.push({ at, length: content.length - at });
  return found;
}

function unitsOf(longEscape: string | undefined): number {
  return longEscape !== undefined && Number.parseInt(longEscape, 16) > 0xffff ? 2 : 1;
}
