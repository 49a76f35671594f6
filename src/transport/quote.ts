/**
 * Quotes one word for a POSIX shell; the word arrives byte for byte. This is the only place that quotes.
 * @throws Error for text that cannot be an argument: a NUL, or half a surrogate pair, which has no UTF-8 form
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('a word for a shell holds a NUL byte');
  if (/\p{Surrogate}/u.test(word)) throw new Error('a word for a shell holds half a surrogate pair');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Quotes words and joins them by spaces. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}
