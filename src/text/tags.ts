import type { Diagnostic } from '../model/diagnostic.js';
import { problem } from '../model/problem.js';
import type { Places } from './place.js';

/** One `{{…}}` of a template. */
export interface Tag {
  readonly start: number;
  readonly end: number;
  /** What stands inside, without `~` and spaces, and where it begins. */
  readonly inner: string;
  readonly innerStart: number;
}

const maxNesting = 32;

/**
 * Finds the tags of a template and what is wrong with them without parsing: what is left out on purpose, Jinja, braces
 * and blocks that are not closed, nesting that would make a recursive parser overflow.
 */
export function findTags(
  text: string,
  places: Places,
): { readonly tags: readonly Tag[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [...jinjaStatements(text, places)];
  const tags: Tag[] = [];
  let from = 0;
  for (;;) {
    const start = nextOpening(text, from);
    if (start === -1) break;
    const end = tagEnd(text, start);
    if (end === undefined) {
      diagnostics.push(
        problem(
          'BAD_TEMPLATE',
          'the braces {{ are not closed',
          places(start, start + 2),
          'add }}, or write \\{{ for plain text',
        ),
      );
      break;
    }
    tags.push(tagOf(text, start, end));
    from = end;
  }
  for (const tag of tags) {
    const diagnostic = refused(text, tag, places);
    if (diagnostic !== undefined) diagnostics.push(diagnostic);
  }
  return { tags, diagnostics: diagnostics.length > 0 ? diagnostics : unbalanced(tags, places) };
}

/** An opening that no backslash escapes; two backslashes are one backslash. */
function nextOpening(text: string, from: number): number {
  for (let start = text.indexOf('{{', from); start !== -1; start = text.indexOf('{{', start + 2)) {
    if (text[start - 1] !== '\\' || text[start - 2] === '\\') return start;
  }
  return -1;
}

/** The offset after the closing braces. Text in quotes may hold braces. */
function tagEnd(text: string, start: number): number | undefined {
  const closing = /^\{\{~?!--/.test(text.slice(start, start + 6)) ? /--~?\}\}/g : /"[^"]*"|'[^']*'|\}\}\}?\}?/g;
  closing.lastIndex = start + 2;
  const comment = /^\{\{~?!/.test(text.slice(start, start + 4));
  for (let match = closing.exec(text); match !== null; match = closing.exec(text)) {
    if (match[0].endsWith('}')) {
      const opened = /^\{+/.exec(text.slice(start, start + 4))?.[0].length ?? 2;
      const closed = /\}+$/.exec(match[0])?.[0].length ?? 2;
      return match.index + match[0].length - Math.max(0, closed - opened);
    }
    // Quotes in a comment are no quotes.
    if (comment) closing.lastIndex = match.index + 1;
  }
  return undefined;
}

function tagOf(text: string, start: number, end: number): Tag {
  const [, before = ''] = /^(\{\{+~?\s*)/.exec(text.slice(start, end)) ?? [];
  const inner = text
    .slice(start + before.length, end)
    .replace(/~?\}+$/, '')
    .trimEnd();
  return { start, end, inner, innerStart: start + before.length };
}

function jinjaStatements(text: string, places: Places): readonly Diagnostic[] {
  const statement =
    /\{%[-+]?\s*(if|elif|else|endif|for|endfor|set|include|import|block|endblock|macro|raw)\b(?:[^%]|%(?!\}))*(?:%\})?/g;
  const spelling: Readonly<Record<string, string>> = {
    if: '{{#if name}} … {{/if}}',
    elif: '{{else if name}}',
    else: '{{else}}',
    endif: '{{/if}}',
    for: '{{#each list}} {{this}} {{/each}}',
    endfor: '{{/each}}',
    set: 'a variable under vars',
  };
  return [...text.matchAll(statement)].map((match) => {
    const written = spelling[match[1] ?? ''];
    const help = written === undefined ? 'there is nothing like it here' : `write ${written}`;
    const at = places(match.index, match.index + match[0].length);
    return problem('BAD_TEMPLATE', 'this is Jinja; templates are Handlebars here', at, help);
  });
}

/** Says what is left out, by how a tag begins or by what it holds. */
function refused(text: string, { start, end, inner, innerStart }: Tag, places: Places): Diagnostic | undefined {
  const opening = text.slice(start, start + 4);
  const at = places(start, end);
  if (opening === '{{{{')
    return problem('BAD_TEMPLATE', 'raw blocks are not supported', at, 'write \\{{ for plain braces');
  if (opening.startsWith('{{{')) {
    return problem('BAD_TEMPLATE', 'three braces are not needed: nothing is escaped', at, `write {{ ${inner} }}`);
  }
  if (inner.startsWith('!')) return undefined;
  if (inner.startsWith('&')) {
    return problem(
      'BAD_TEMPLATE',
      'the & is not needed: nothing is escaped',
      at,
      `write {{ ${inner.slice(1).trim()} }}`,
    );
  }
  if (/^#?>/.test(inner)) return problem('BAD_TEMPLATE', 'partials are not supported', at, 'write their text here');
  if (/^#?\*/.test(inner)) return problem('BAD_TEMPLATE', 'decorators are not supported', at, 'leave it out');
  const bare = inner.replace(/"[^"]*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length));
  for (const [pattern, message, help] of foreign) {
    const match = pattern.exec(bare);
    if (match !== null) {
      const from = innerStart + match.index;
      return problem('BAD_TEMPLATE', message, places(from, from + match[0].length), help);
    }
  }
  return undefined;
}

/** What people who know Jinja or all of Handlebars write, and what to write instead. Strings are blanked out. */
const foreign: readonly (readonly [RegExp, string, string])[] = [
  [
    /\.\.\//,
    'parents of the item are not supported',
    'name the item: {{#each list as |item|}}; variables are named as they are',
  ],
  [/\|\s*default\b(\([^)]*\))?/, 'filters are Jinja', 'write {{default name "value"}}'],
  [/\|\s*to_(nice_)?json\b/, 'filters are Jinja', 'write {{json name}}'],
  [/\|\s*join\b(\([^)]*\))?/, 'filters are Jinja', 'write {{join list ","}}'],
  [/\|\s*(basename|dirname)\b/, 'filters are Jinja', 'write {{basename name}} or {{dirname name}}'],
  [/\|\s*b64encode\b/, 'filters are Jinja', 'write {{b64 name}}'],
  [
    /\|(?!\w+(\s+\w+)?\|\s*$)(?!\s*$)\s*[\w.]+/,
    'filters are Jinja',
    'use a helper ({{default name "value"}}) or an expression: !expr "…"',
  ],
  [
    /\bis\s+(not\s+)?defined\b/,
    'tests are Jinja',
    'write {{default name "value"}}, or an expression: !expr "defined(name)"',
  ],
  [/\[(['_"])/, 'keys in brackets are not supported', 'write {{name.key}}'],
  [/\S\s*(==|!=|<=|>=|[+*<>%]|&&|\|\|)/, 'templates do not calculate', 'use an expression: !expr "…"'],
  [/\S\s+(and|or)\s+\S/, 'templates do not calculate', 'use an expression: !expr "a && b"'],
  [/\.\d+(?![\w.])/, 'the number of an item stands in brackets', 'write {{list.[0]}}'],
  [/\w\(/, 'templates do not call functions', 'use a helper: {{join list ","}}, or an expression: !expr "…"'],
];

/** Finds blocks that are not closed, closed twice or nested too deeply. */
function unbalanced(tags: readonly Tag[], places: Places): readonly Diagnostic[] {
  const open: { readonly name: string; readonly tag: Tag; levels: number }[] = [];
  let levels = 0;
  for (const tag of tags) {
    const { inner, innerStart } = tag;
    const at = places(innerStart, innerStart + inner.length);
    const [, sign, name = ''] = /^([#^/])\s*([^\s|]*)/.exec(inner) ?? [];
    const alternative = inner === '^' || /^else\b/.test(inner);
    if (alternative && open.length === 0) return [problem('BAD_TEMPLATE', '{{else}} stands in no block', at)];
    if (/^else\s+\S/.test(inner)) {
      const top = open.at(-1);
      if (top !== undefined) top.levels += 1;
      levels += 1;
    } else if (sign === '/') {
      const top = open.pop();
      if (top === undefined) return [problem('BAD_TEMPLATE', `{{/${name}}} closes nothing`, at)];
      if (top.name !== name) return [problem('BAD_TEMPLATE', `{{#${top.name}}} is closed by {{/${name}}}`, at)];
      levels -= top.levels;
    } else if (sign !== undefined && !alternative) {
      open.push({ name, tag, levels: 1 });
      levels += 1;
    }
    const depth = levels + (inner.match(/\(/g)?.length ?? 0);
    if (depth > maxNesting) {
      return [problem('BAD_TEMPLATE', `blocks are nested deeper than ${String(maxNesting)} levels`, at)];
    }
  }
  return open.slice(-1).map(({ name, tag }) => {
    const at = places(tag.innerStart, tag.innerStart + tag.inner.length);
    return problem('BAD_TEMPLATE', `the block {{#${name}}} is not closed`, at, `add {{/${name}}}`);
  });
}
