import { badParameters } from 'stowage/module';

/**
 * Splits a line into words as a POSIX shell does, and does nothing else that a shell does: no variables, no patterns, no
 * pipes, no comments.
 * @throws RunnerError BAD_PARAMETERS for an open quote or a backslash at the end
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.replace(/^[ \t]+/, '');
  while (rest !== '') {
    let word = '';
    while (rest !== '' && !/^[ \t]/.test(rest)) {
      const piece = nextPiece(rest, line);
      word += piece.text;
      rest = rest.slice(piece.length);
    }
    words.push(word);
    rest = rest.replace(/^[ \t]+/, '');
  }
  return words;
}

/** The next quoted or bare piece of a word: what it stands for, and how much of the line it takes. */
function nextPiece(rest: string, line: string): { readonly text: string; readonly length: number } {
  const match = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\ \t]+))/.exec(rest);
  if (match === null) {
    throw badParameters(
      `the line ends inside of a quote or after a backslash: ${line}`,
      'close the quote, or write the words as a list in `argv`',
    );
  }
  const [whole, single, double, escaped, bare] = match;
  // Inside double quotes a backslash only counts before these four.
  const text = single ?? double?.replaceAll(/\\([$`"\\])/g, '$1') ?? escaped ?? bare ?? '';
  return { text, length: whole.length };
}
