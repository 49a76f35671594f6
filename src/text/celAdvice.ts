/** A place in an expression where another language was written, and how it is written here. */
export interface Advice {
  readonly start: number;
  readonly end: number;
  readonly help: string;
}

const spellings: readonly (readonly [RegExp, string | ((match: RegExpExecArray) => string)])[] = [
  [/\{\{-?\s*|\s*-?\}\}/g, 'an expression is written without {{ }}'],
  [
    /([\w.]+)\s+is\s+not\s+(defined|none)\b/g,
    (match) => (match[2] === 'none' ? `write ${match[1] ?? ''} != null` : `write !defined(${match[1] ?? ''})`),
  ],
  [/([\w.]+)\s+is\s+(defined|none|undefined)\b/g, (match) => testSpelling(match[1] ?? '', match[2] ?? '')],
  [/\bis\s+(not\s+)?\w+/g, 'there are no tests; compare with == or call a function: size(x) > 0'],
  [/\bnot\s+in\b/g, 'write !(a in b)'],
  [/\bnot\b/g, 'write !'],
  [/\band\b/g, 'write &&'],
  [/\bor\b/g, 'write ||'],
  [/(?<!\|)\|(?!\|)\s*\w*/g, 'there are no filters; use a function: size(x), x.startsWith("a")'],
  [/(?<![=!<>])=(?!=)/g, 'write == to compare'],
  [/(?<!&)&(?!&)/g, 'write &&'],
  [/===|!==/g, 'write == or !='],
  [/\/\/|\*\*/g, 'there is no such operator'],
];

/** Finds what people who know Jinja, Python or a shell write in conditions. Text in quotes is left alone. */
export function jinjaAdvice(expression: string): readonly Advice[] {
  let rest = expression.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (quoted) => '\u0000'.repeat(quoted.length));
  const found: Advice[] = [];
  for (const [pattern, spelling] of spellings) {
    const matches: RegExpExecArray[] = [...rest.matchAll(pattern)];
    for (const match of matches) {
      const help = typeof spelling === 'string' ? spelling : spelling(match);
      found.push({ start: match.index, end: match.index + match[0].length, help });
    }
    // What one pattern explained is not looked at by the next.
    rest = rest.replace(pattern, (matched: string) => '\u0000'.repeat(matched.length));
  }
  return found.sort((a, b) => a.start - b.start);
}

function testSpelling(path: string, test: string): string {
  if (test === 'none') return `write ${path} == null`;
  return test === 'defined' ? `write defined(${path})` : `write !defined(${path})`;
}
