import { createColors } from 'picocolors';
import { sanitize } from './width.js';

/** What a view needs to know of the place where it will be shown. A `Sink` is one. */
export interface View {
  /** Cells in a line; `Infinity` when lines need not be broken. */
  readonly columns: number;
  readonly colour: boolean;
  /** Whether symbols outside ASCII can be shown. */
  readonly unicode: boolean;
}

/** What a piece of text means; colour follows from it and never stands alone. */
export type Tone = 'good' | 'changed' | 'bad' | 'danger' | 'unknown' | 'accent' | 'strong' | 'faint';

/** Text with its meaning. */
export interface Part {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** A part whose text is safe to print; only `Style.line` makes them from foreign text. */
export interface CleanPart extends Part {
  readonly clean: true;
}

export type Line = readonly CleanPart[];

const unicodeSymbols = {
  ok: '✔',
  bad: '✖',
  warn: '▲',
  unknown: '?',
  running: '●',
  waiting: '·',
  unreachable: '⊘',
  ellipsis: '…',
  under: '›',
  branch: '├─ ',
  last: '└─ ',
  trunk: '│  ',
  barFull: '█',
  barEmpty: '░',
  storage: '▤',
  ocfs2: '◉',
  gluster: '⬡',
  external: '↗',
  image: '▪',
  media: '◎',
  disk: '▭',
} as const;

/** Names of symbols; each is in both sets. */
export type SymbolName = keyof typeof unicodeSymbols;
export type Symbols = Readonly<Record<SymbolName, string>>;

const asciiSymbols: Symbols = {
  ok: 'ok',
  bad: 'x',
  warn: '!',
  unknown: '?',
  running: '*',
  waiting: '.',
  unreachable: '/',
  ellipsis: '...',
  under: '>',
  branch: '|- ',
  last: '`- ',
  trunk: '|  ',
  barFull: '#',
  barEmpty: '-',
  storage: '[S]',
  ocfs2: '[O]',
  gluster: '[G]',
  external: '[E>]',
  image: '[I]',
  media: '[F]',
  disk: '[D]',
};

/** Makes lines and prints them: the only way of foreign text into a view. */
export interface Style {
  readonly columns: number;
  readonly unicode: boolean;
  readonly symbols: Symbols;
  /** Makes a line; every part is sanitized. Strings are parts without a meaning. */
  line(...parts: readonly (string | Part)[]): Line;
  /** Paints lines and ends each with a line break. No lines give no text. */
  print(lines: readonly Line[]): string;
}

/** Makes the style of a view: its symbols, and colours when it has them. */
export function createStyle(view: View): Style {
  const paint = painter(view.colour);
  return {
    columns: view.columns,
    unicode: view.unicode,
    symbols: view.unicode ? unicodeSymbols : asciiSymbols,
    line: (...parts) => parts.map((part) => cleanPart(part, !view.unicode)),
    print: (lines) => lines.map((line) => `${trimEnd(line).map(paint).join('')}\n`).join(''),
  };
}

function cleanPart(part: string | Part, ascii: boolean): CleanPart {
  if (typeof part === 'string') return { text: sanitize(part, ascii), clean: true };
  return { text: sanitize(part.text, ascii), tone: part.tone, clean: true };
}

function painter(enabled: boolean): (part: CleanPart) => string {
  const colours = createColors(enabled);
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: colours.green,
    changed: colours.yellow,
    bad: colours.red,
    danger: (text) => colours.bold(colours.red(text)),
    unknown: colours.magenta,
    accent: colours.cyan,
    strong: colours.bold,
    faint: colours.dim,
  };
  return (part) => (part.tone === undefined || part.text === '' ? part.text : tones[part.tone](part.text));
}

function trimEnd(line: Line): Line {
  const kept = [...line];
  for (let part = kept.pop(); part !== undefined; part = kept.pop()) {
    const text = part.text.trimEnd();
    if (text !== '') return [...kept, { ...part, text }];
  }
  return kept;
}
