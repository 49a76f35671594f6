/** What one pass over the tokens of a YAML text finds, by offset. Nothing is composed, so that it cannot be costly. */
export interface TokenScan {
  /** Where the nesting passes the limit; the scan ends there. */
  readonly tooDeep?: number;
  readonly anchors: readonly number[];
  readonly aliases: readonly number[];
  readonly tags: readonly { readonly offset: number; readonly text: string }[];
  readonly directives: readonly number[];
  /** `{{` and `{%` outside quotes: YAML reads them as maps. */
  readonly braces: readonly number[];
  /** Start of each quoted scalar by its end. */
  readonly quotes: ReadonlyMap<number, number>;
}

/** Marks that the lexer sets between tokens and that no source holds. */
const marks = { document: '\u0002', scalar: '\u001f', flowError: '\u0018' } as const;

/**
 * Counts the nesting and finds what is not allowed in a YAML text.
 * @param tokens what the lexer of the YAML library gives for `source`
 * @param maxDepth levels of maps and lists that are allowed
 */
export function scanTokens(source: string, tokens: Iterable<string>, maxDepth: number): TokenScan {
  const found = {
    anchors: [] as number[],
    aliases: [] as number[],
    tags: [] as { offset: number; text: string }[],
    directives: [] as number[],
    braces: [] as number[],
    quotes: new Map<number, number>(),
  };
  const nesting = createNesting();
  let offset = 0;
  let scalar = false;
  for (const token of tokens) {
    if (token === marks.scalar) {
      scalar = true;
      continue;
    }
    if (token === marks.document || token === marks.flowError) {
      nesting.reset(token === marks.document);
      continue;
    }
    const first = scalar ? 'scalar' : (token[0] ?? '');
    scalar = false;
    if (first === '&') found.anchors.push(offset);
    else if (first === '*') found.aliases.push(offset);
    else if (first === '!') found.tags.push({ offset, text: token });
    else if (first === '%') found.directives.push(offset);
    else if (first === '"' || first === "'") found.quotes.set(offset + token.length, offset);
    else if (first === '{' && /^\{[{%]/.test(source.slice(offset, offset + 2)) && found.braces.at(-1) !== offset - 1) {
      found.braces.push(offset);
    }
    nesting.step(first, offset, token);
    if (nesting.depth() > maxDepth) return { ...found, tooDeep: offset };
    offset += token.length;
  }
  return found;
}

interface Nesting {
  step(first: string, offset: number, token: string): void;
  reset(document: boolean): void;
  depth(): number;
}

/**
 * Follows the nesting: brackets by counting, blocks by the columns at which they begin. A list may stand at the column
 * of the map that holds it, never the other way round.
 */
function createNesting(): Nesting {
  const blocks: { readonly column: number; readonly kind: 'map' | 'list' }[] = [];
  let brackets = 0;
  /** Colons since the last separator inside brackets: `[a: b: c` is composed as maps in maps before it is refused. */
  let colons = 0;
  let lineStart = 0;
  /** Where the node began that is a key when a colon follows. */
  let candidate: number | undefined;

  function enter(kind: 'map' | 'list', column: number): void {
    while ((blocks.at(-1)?.column ?? -1) > column) blocks.pop();
    if (kind === 'map' && blocks.at(-1)?.kind === 'list' && blocks.at(-1)?.column === column) blocks.pop();
    const top = blocks.at(-1);
    if (top?.column !== column || top.kind !== kind) blocks.push({ column, kind });
  }

  function step(first: string, offset: number, token: string): void {
    const column = offset - lineStart;
    if (token.includes('\n')) lineStart = offset + token.lastIndexOf('\n') + 1;
    if (first === '[' || first === '{') {
      candidate ??= column;
      brackets += 1;
      colons = 0;
    } else if (first === ']' || first === '}') {
      brackets = Math.max(0, brackets - 1);
    } else if (brackets > 0) {
      if (first === ':') colons += 1;
      else if (first === ',') colons = 0;
    } else {
      if (first === '\n') candidate = undefined;
      else if (first === '-' && token === '-') enter('list', column);
      else if (first === '?' || first === ':') {
        enter('map', candidate ?? column);
        candidate = undefined;
      } else if (!/^[ \t\r#,%]$/.test(first)) candidate ??= column;
    }
  }

  return {
    step,
    depth: () => blocks.length + brackets + Math.max(0, colons - 1),
    reset(document) {
      brackets = 0;
      colons = 0;
      candidate = undefined;
      if (document) blocks.length = 0;
    },
  };
}
