/** Characters that steer a terminal or hide themselves: controls, format and bidi marks, separators, lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const outsideAscii = /[^\x20-\x7e]/gu;
const plainAscii = /^[\x20-\x7e]*$/;
const invisible = /[\p{Mn}\p{Me}\p{Cf}]/u;
const emoji = /\p{Emoji_Presentation}/u;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes text from a host or a file safe to print on one line: control characters, escape sequences, line breaks and
 * marks that reorder or hide text become visible (`\x1b`, `\n`, `\u202e`). With `ascii` everything outside ASCII does.
 * Text that is already safe comes back as it is, so doing it twice does no harm.
 */
export function sanitize(text: string, ascii = false): string {
  if (plainAscii.test(text)) return text;
  return text.replace(ascii ? outsideAscii : unprintable, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (named[character] !== undefined) return named[character];
  const hex = point.toString(16);
  if (point < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return point < 0x1_00_00 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Ranges of characters that take two cells of a terminal (East Asian wide and full width). */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Counts the terminal cells that sanitized text takes. */
export function widthOf(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (invisible.test(character)) return 0;
  if (emoji.test(character)) return 2;
  return wide.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** Takes as many characters from the start of sanitized text as fit in `cells`. */
export function takeWidth(text: string, cells: number): string {
  if (plainAscii.test(text)) return text.slice(0, Math.max(0, cells));
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > cells) return taken;
    taken += character;
  }
  return taken;
}

/** Shortens text to at most `limit` UTF-16 units, with `...` where something was left out. For messages of hosts. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 3)).trimEnd()}...`;
}
