/**
 * Matches a name against a shell glob: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`. Takes at most length × length steps, so that
 * no pattern can hang (a translation to a regular expression could).
 */
export function globMatches(glob: string, name: string): boolean {
  const tokens = tokensOf(glob);
  let token = 0;
  let index = 0;
  let star = -1;
  let starIndex = 0;
  while (index < name.length) {
    const current = tokens[token];
    if (current === 'star') {
      star = token++;
      starIndex = index;
    } else if (current?.(name.charAt(index)) === true) {
      token++;
      index++;
    } else if (star >= 0) {
      token = star + 1;
      index = ++starIndex;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === 'star');
}

type Token = 'star' | ((character: string) => boolean);

function tokensOf(glob: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < glob.length; index++) {
    const character = glob.charAt(index);
    const end = character === '[' ? glob.indexOf(']', index + (glob.charAt(index + 1) === '!' ? 3 : 2)) : -1;
    if (character === '*') tokens.push('star');
    else if (character === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(classOf(glob.slice(index + 1, end)));
      index = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function classOf(text: string): Token {
  const negated = text.startsWith('!');
  const body = negated ? text.slice(1) : text;
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < body.length; index++) {
    const range = body.charAt(index + 1) === '-' && index + 2 < body.length;
    ranges.push([body.charAt(index), body.charAt(range ? index + 2 : index)]);
    if (range) index += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}
