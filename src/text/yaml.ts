import { isMap, isScalar, isSeq, Lexer, parseDocument } from 'yaml';
import type { Node, Pair, Scalar, YAMLError, YAMLMap } from 'yaml';
import type { Checked, Diagnostic, DiagnosticCode } from '../model/diagnostic.js';
import type { MapEntry, Span, Value } from '../model/source.js';
import { codePointName, decodeText, forbiddenCharacter } from './decode.js';
import { positionsOf } from './place.js';
import type { Positions } from './place.js';
import { lineStartsOf } from './scalarLines.js';
import type { ScalarStyle } from './scalarLines.js';
import { scanTokens } from './scan.js';
import type { TokenScan } from './scan.js';

const maxDepth = 64;
const maxDiagnostics = 100;
/** Errors of the library that are looked at; a text with more of them is no YAML at all. */
const maxErrors = 10 * maxDiagnostics;
const braceMessage = 'YAML reads a brace at the start of a value as a map';
const quoteHelp = 'put the whole value in quotes: "{{ name }}"';

/** Text that is a template: it holds `{{`, or a Jinja statement, which the template stage explains. */
const templateText = /\{\{|\{%[-+]?\s*(if|elif|else|endif|for|endfor|set|include|import|block|endblock|macro|raw)\b/;

/** What reading one file needs at every node. */
interface Reading {
  readonly source: string;
  readonly positions: Positions;
  readonly braces: ReadonlySet<number>;
  readonly report: (code: DiagnosticCode, message: string, at: Span, help?: string) => void;
}

/**
 * Reads one YAML 1.2 document and keeps where everything stands.
 * @param file the name for diagnostics
 * @param bytes UTF-8, at most 1 MiB, nested at most 64 deep
 * @returns the value, absent when the text is not YAML; an empty file is a scalar null. At most 100 mistakes are named.
 */
export function parseYaml(file: string, bytes: Uint8Array): Checked<Value> {
  const decoded = decodeText(file, bytes);
  if (decoded.value === undefined) return { diagnostics: decoded.diagnostics };
  const source = decoded.value;
  const positions = positionsOf(file, source);
  const diagnostics: Diagnostic[] = [];
  const report: Reading['report'] = (code, message, at, help) => {
    diagnostics.push({ code, severity: 'error', message, at, ...(help === undefined ? {} : { help }) });
  };
  // Composing recurses, and a deep text would abort the process there; the lexer does not.
  const scan = scanTokens(source, new Lexer().lex(source), maxDepth);
  if (scan.tooDeep !== undefined) {
    const at = positions.span(scan.tooDeep, scan.tooDeep + 1);
    report('YAML_LIMIT', `maps and lists are nested deeper than ${String(maxDepth)} levels`, at);
    return { diagnostics };
  }
  const reading = { source, positions, braces: new Set(scan.braces), report };
  reportScan(scan, reading);
  if (diagnostics.length >= maxDiagnostics) return { diagnostics: inOrder(diagnostics) };
  // `uniqueKeys` compares each key with all others; `mapEntries` finds duplicates in linear time.
  const document = parseDocument(source, {
    prettyErrors: false,
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
  });
  const broken = reportErrors([...document.errors, ...document.warnings], scan, reading);
  if (document.errors.length > maxErrors) return { diagnostics: inOrder(diagnostics) };
  const value = document.contents === null ? emptyFile(file) : valueOfNode(document.contents, reading, undefined);
  return { ...(broken ? {} : { value }), diagnostics: inOrder(diagnostics) };
}

/** The library often finds several faults in one place, and in the rest of a line; the first says most. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  // Sorting keeps the order of what stands at one place.
  const sorted = [...diagnostics].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const told = sorted.filter(({ code, at, message }) => {
    const place = `${String(at.line)}:${String(at.column)}`;
    const rest = code === 'BAD_YAML' && message !== braceMessage ? `rest of ${String(at.line)}` : place;
    if (seen.has(place) || seen.has(rest)) return false;
    seen.add(place).add(rest);
    return true;
  });
  return told.slice(0, maxDiagnostics);
}

function emptyFile(file: string): Value {
  return { kind: 'scalar', value: null, raw: '', at: { file, line: 1, column: 1, length: 1 } };
}

function reportScan(scan: TokenScan, { source, positions, report }: Reading): void {
  const word = (offset: number): Span =>
    positions.span(offset, offset + (/^[^\s,[\]{}]+/.exec(source.slice(offset, offset + 200))?.[0].length ?? 1));
  // One message: whoever uses them does so at many places, and mends all of them in the same way.
  const anchors = [...scan.anchors, ...scan.aliases].sort((left, right) => left - right);
  const [anchor] = anchors;
  if (anchor !== undefined) {
    const others = anchors.length - 1;
    const more = others === 0 ? '' : `, here and at ${String(others)} more place${others === 1 ? '' : 's'}`;
    const help = 'use a variable for what is needed more than once';
    report('YAML_LIMIT', `anchors and aliases are not supported${more}`, word(anchor), help);
  }
  for (const offset of scan.directives) {
    report('UNSUPPORTED_YAML', 'directives are not supported', word(offset), 'remove the line; files are YAML 1.2');
  }
  for (const { offset, text } of scan.tags) {
    if (text === '!expr') continue;
    report(
      'UNSUPPORTED_YAML',
      `the tag ${text} is not known`,
      positions.span(offset, offset + text.length),
      tagHelp(text),
    );
  }
  for (const offset of scan.braces) {
    const line = source.slice(offset).split('\n', 1)[0] ?? '';
    const length = /^.*?[%}]\}/.exec(line)?.[0].length ?? line.trimEnd().length;
    const at = positions.span(offset, offset + length);
    report('BAD_YAML', braceMessage, at, quoteHelp);
  }
}

function tagHelp(tag: string): string {
  if (tag === '!vault') return 'encrypted values are not supported; keep the secret in a file that only you can read';
  if (tag === '!unsafe') return 'write \\{{ for braces that are no template';
  if (tag === '!!str') return 'put the value in quotes';
  return 'the only tag is !expr, for an expression: !expr "size * 2"';
}

/** Reports what the YAML library found; what the scan has reported already is left out. */
function reportErrors(errors: readonly YAMLError[], scan: TokenScan, reading: Reading): boolean {
  const { positions, report } = reading;
  const braceLines = new Set(scan.braces.map((offset) => positions.place(offset).line));
  const limited = scan.directives.length > 0;
  let broken = false;
  for (const { code, message, pos } of errors.slice(0, maxErrors)) {
    if (code === 'TAG_RESOLVE_FAILED' || code === 'BAD_ALIAS' || code === 'ALIAS_PROPS') continue;
    if (code === 'BAD_DIRECTIVE' && limited) continue;
    if (braceLines.has(positions.place(pos[0]).line)) continue;
    broken = true;
    if (code === 'MULTIPLE_DOCS') {
      const start = documentStart(reading.source, pos[0]);
      report('UNSUPPORTED_YAML', 'a file holds one document', positions.span(start, start + 3), 'use a file for each');
      continue;
    }
    const opening = code === 'MISSING_CHAR' ? scan.quotes.get(pos[0]) : undefined;
    if (opening !== undefined) report('BAD_YAML', 'the closing quote is missing', positions.span(opening, opening + 1));
    else report('BAD_YAML', sentenceOf(code, message), positions.span(pos[0], pos[1]), helpOf(code, message));
  }
  return broken;
}

function documentStart(source: string, from: number): number {
  const marker = /^---/gm;
  marker.lastIndex = from;
  return marker.exec(source)?.index ?? from;
}

function sentenceOf(code: string, message: string): string {
  if (code === 'MULTILINE_IMPLICIT_KEY') return 'a colon is missing after a key, or text runs on into the next line';
  if (code === 'NON_STRING_KEY') return 'a key is text, not a map or a list';
  // What follows a colon in a message of the library may be a value out of the file.
  const sentence = (message.split(/: |\n/, 1)[0] ?? message).replace(/\.$/, '');
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function helpOf(code: string, message: string): string | undefined {
  if (code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (code === 'BAD_DQ_ESCAPE') return 'write \\\\ for a backslash, or use single quotes';
  if (code === 'BAD_SCALAR_START') return 'put the value in quotes';
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'put a value that holds ": " in quotes, and begin a map on a line of its own';
  if (code === 'UNEXPECTED_TOKEN' && message.includes('at node end')) return 'put the whole value in quotes';
  return undefined;
}

/** @param fallback where a value stands of which nothing is written: its key */
function valueOfNode(node: Node, reading: Reading, fallback: Span | undefined): Value {
  const [start = 0, end = start] = node.range ?? [];
  const at = end > start || fallback === undefined ? reading.positions.span(start, end) : fallback;
  if (reading.braces.has(start)) return unquotedTemplate(start, at, reading);
  if (isScalar(node)) return scalarValue(node, at, reading);
  if (isTagged(node)) reading.report('UNSUPPORTED_YAML', 'an expression is written as text', at, '!expr "size * 2"');
  if (isMap(node)) return { kind: 'map', entries: mapEntries(node, reading), at };
  if (isSeq(node)) {
    // Items of a parsed list are nodes; `null` stands for none in lists that programs made.
    const items = (node.items as readonly (Node | null)[]).flatMap((item) =>
      item === null ? [] : [valueOfNode(item, reading, undefined)],
    );
    return { kind: 'list', items, at };
  }
  // An alias, which was reported.
  return { kind: 'scalar', value: null, at };
}

function isTagged(node: Node): boolean {
  return (node as { readonly tag?: string }).tag === '!expr';
}

function unquotedTemplate(start: number, at: Span, { source, positions }: Reading): Value {
  const line = source.slice(start).split('\n', 1)[0] ?? '';
  // Only what is surely meant; the rest of the line may be a comment or the next item.
  const text = /^.*?[%}]\}[^\s,\]}]*/.exec(line)?.[0] ?? line.trimEnd();
  return { kind: 'template', text, lines: [positions.place(start)], at };
}

function mapEntries(map: YAMLMap, reading: Reading): readonly MapEntry[] {
  const lines = new Map<string, number>();
  const entries: MapEntry[] = [];
  // Pairs of a parsed map hold nodes; a missing value is null.
  for (const { key: keyNode, value: node } of map.items as readonly Pair<Node, Node | null>[]) {
    // Other keys were reported by the parser.
    if (!isScalar(keyNode) || typeof keyNode.value !== 'string') continue;
    const key = keyNode.value;
    const [start = 0, end = start] = keyNode.range ?? [];
    const keyAt = reading.positions.span(start, end);
    const first = lines.get(key);
    checkKey(keyNode, key, keyAt, reading);
    if (first === undefined) lines.set(key, keyAt.line);
    else reading.report('DUPLICATE_KEY', `the key ${JSON.stringify(key)} is on line ${String(first)} already`, keyAt);
    const value: Value =
      node === null ? { kind: 'scalar', value: null, raw: '', at: keyAt } : valueOfNode(node, reading, keyAt);
    if (first === undefined) entries.push({ key, keyAt, value });
  }
  return entries;
}

function checkKey(node: Scalar, key: string, at: Span, { report }: Reading): void {
  if (key === '<<' && node.type === 'PLAIN') {
    report('UNSUPPORTED_YAML', 'merge keys are not supported', at, 'write the keys out, or use a variable');
  } else if (key.includes('{{')) {
    report('BAD_TEMPLATE', 'a key cannot hold a template', at, 'write the key as it is; only values are templates');
  } else reportForbidden(key, at, report);
}

function scalarValue(node: Scalar, at: Span, reading: Reading): Value {
  const { value } = node;
  const [start = 0, end = start] = node.range ?? [];
  if (typeof value === 'number') checkNumber(value, reading.source.slice(start, end), at, reading);
  if (typeof value === 'string') {
    const lines = (): ReturnType<typeof lineStartsOf> =>
      lineStartsOf(reading.source, { style: styleOf(node), start, end, text: value }, reading.positions);
    reportForbidden(value, at, reading.report);
    if (isTagged(node)) return { kind: 'cel', text: value, lines: lines(), at };
    if (templateText.test(value)) return { kind: 'template', text: value, lines: lines(), at };
  }
  // The core schema knows no other scalars.
  const plain = value as null | boolean | number | string;
  const raw = node.type === 'PLAIN' || end === start ? { raw: reading.source.slice(start, end) } : {};
  return { kind: 'scalar', value: plain, ...raw, at };
}

function styleOf(node: Scalar): ScalarStyle {
  if (node.type === 'QUOTE_DOUBLE') return 'double';
  if (node.type === 'QUOTE_SINGLE') return 'single';
  return node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? 'block' : 'plain';
}

function checkNumber(value: number, raw: string, at: Span, { report }: Reading): void {
  const whole = /^[-+]?\d+$|^0[ox]/.test(raw);
  if (!Number.isFinite(value)) report('WRONG_TYPE', `${raw} is not a number that can be used`, at, 'put it in quotes');
  else if (whole && !Number.isSafeInteger(value)) {
    report(
      'WRONG_TYPE',
      'whole numbers beyond 9007199254740991 lose digits',
      at,
      'put it in quotes to keep it as text',
    );
  }
}

/** Escapes in double quotes can make what the file itself may not hold; only line breaks are text. */
function reportForbidden(text: string, at: Span, report: Reading['report']): void {
  const match = forbiddenCharacter.exec(text.replaceAll('\r', ''));
  if (match !== null) report('BAD_ENCODING', `the text holds the control character ${codePointName(match[0])}`, at);
}
