import type { Checked, Diagnostic } from '../model/diagnostic.js';
import { problem } from '../model/problem.js';

const maxBytes = 1024 * 1024;
const maxDiagnostics = 20;
const newline = 0x0a;

/**
 * Finds what no input may hold: C0 and C1 control characters besides tab and line breaks, a byte order mark that is not
 * at the start, and halves of surrogate pairs. A carriage return counts only before a line feed as a line break.
 */
export const forbiddenCharacter =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]|\r(?!\n)|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;

/** Names a character for people, as it cannot be shown: `U+0000`. */
export function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Decodes an input file: UTF-8 of at most 1 MiB without control characters; a byte order mark at the start is dropped.
 * There is a value only when nothing is wrong (FILE_TOO_LARGE, BAD_ENCODING).
 */
export function decodeText(file: string, bytes: Uint8Array): Checked<string> {
  if (bytes.length > maxBytes) {
    const message = `the file has ${String(bytes.length)} bytes; at most ${String(maxBytes)} are read`;
    return { diagnostics: [problem('FILE_TOO_LARGE', message, { file, line: 1, column: 1, length: 1 })] };
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return { diagnostics: [notUtf8(file, bytes)] };
  const diagnostics = findForbidden(file, text);
  return diagnostics.length === 0 ? { value: text, diagnostics } : { diagnostics };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes line by line to find the first line that fails, then the first byte of it that does. */
function notUtf8(file: string, bytes: Uint8Array): Diagnostic {
  let start = 0;
  let line = 1;
  for (;;) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    const part = bytes.subarray(start, end);
    if (decodeUtf8(part) === undefined) {
      const at = { file, line, column: firstBadColumn(part), length: 1 };
      return problem('BAD_ENCODING', 'the file is not UTF-8: these bytes are not a character', at, 'save it as UTF-8');
    }
    if (found === -1) throw new Error('the bytes failed to decode as a whole, yet no line of them does');
    start = end + 1;
    line += 1;
  }
}

function firstBadColumn(line: Uint8Array): number {
  const text = new TextDecoder('utf-8').decode(line);
  // A replacement character may also be what the author wrote; then its three bytes are there.
  for (let index = text.indexOf('\ufffd'); index !== -1; index = text.indexOf('\ufffd', index + 1)) {
    const offset = Buffer.byteLength(text.slice(0, index));
    if (line[offset] !== 0xef || line[offset + 1] !== 0xbf || line[offset + 2] !== 0xbd) return index + 1;
  }
  return 1;
}

function findForbidden(file: string, text: string): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    // The line break was cut off, so that a carriage return at the end is one that came before it.
    const content = line.endsWith('\r') && index < text.length ? line.slice(0, -1) : line;
    for (const match of content.matchAll(new RegExp(forbiddenCharacter, 'gu'))) {
      const at = { file, line: index + 1, column: match.index + 1, length: 1 };
      diagnostics.push(
        problem('BAD_ENCODING', `the file holds the control character ${codePointName(match[0])}`, at, 'remove it'),
      );
      if (diagnostics.length === maxDiagnostics) return diagnostics;
    }
  }
  return diagnostics;
}
