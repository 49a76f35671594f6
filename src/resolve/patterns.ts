import type { Checked, Diagnostic } from '../model/diagnostic.js';
import type { Inventory } from '../model/inventory.js';
import type { Text } from '../model/playbook.js';
import type { Span } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import { didYouMean, problem } from '../load/problem.js';
import { placesIn } from '../text/place.js';
import { globMatches } from './glob.js';

/** One part of a host pattern, e.g. `&media[0:1]`. */
interface Part {
  readonly operator: '' | '&' | '!';
  readonly text: string;
  readonly at: Span;
}

/**
 * Finds the hosts that a pattern of Ansible names, in the order of the inventory: names and groups, globs, `~regex`,
 * `&` and `!`, subscripts; parts are split at commas, or at colons where there is no comma. Plain parts count first, then
 * `&`, then `!`, wherever they stand; without a plain part they start from all. Blank parts are ignored; nothing but
 * blank parts is all hosts. A part that names nothing is an error; a defined group without hosts is not.
 */
export function selectHosts(patterns: readonly Text[], inventory: Inventory): Checked<readonly string[]> {
  const diagnostics: Diagnostic[] = [];
  const parts = patterns.flatMap((pattern) => splitPattern(pattern, inventory));
  const matches = parts.map((part) => {
    const result = matchPart(part, inventory);
    diagnostics.push(...result.diagnostics);
    return { operator: part.operator, hosts: new Set(result.value ?? []) };
  });
  if (diagnostics.length > 0) return { diagnostics };
  const plain = matches.filter(({ operator }) => operator === '');
  const value = [...inventory.hosts.keys()].filter(
    (host) =>
      (plain.length === 0 || plain.some(({ hosts }) => hosts.has(host))) &&
      matches.every(({ operator, hosts }) => operator === '' || hosts.has(host) === (operator === '&')),
  );
  return { value, diagnostics };
}

function splitPattern(pattern: Text, inventory: Inventory): readonly Part[] {
  const parts: Part[] = [];
  const places = placesIn(pattern);
  let offset = 0;
  for (const line of pattern.text.split('\n')) {
    for (const piece of piecesOf(line, inventory)) {
      const text = piece.text.trim();
      if (text === '') continue;
      const start = offset + piece.index + piece.text.length - piece.text.trimStart().length;
      const operator = text.startsWith('&') ? '&' : text.startsWith('!') ? '!' : '';
      const at = places(start, start + text.length);
      parts.push({ operator, text: text.slice(operator.length).trim(), at });
    }
    offset += line.length + 1;
  }
  return parts;
}

interface Piece {
  readonly text: string;
  readonly index: number;
}

function piecesOf(line: string, inventory: Inventory): readonly Piece[] {
  if (line.includes(',')) return splitAt(line, /[^,]+/g);
  const text = line.trim();
  // Colons belong to an IPv6 address or a name of the inventory before they separate anything.
  if (inventory.hosts.has(text) || /^[&!]?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*$/.test(text)) {
    return [{ text: line, index: 0 }];
  }
  return splitAt(line, /(?:[^:[\]]|\[[^\]]*\]?|\])+/g);
}

function splitAt(line: string, piece: RegExp): readonly Piece[] {
  return [...line.matchAll(piece)].map((match) => ({ text: match[0], index: match.index }));
}

const subscriptPattern = /^(.+)\[(?:(-?[0-9]{1,9})|([0-9]{1,9})[:-]([0-9]{0,9}))\]$/;

function matchPart(part: Part, inventory: Inventory): Checked<readonly string[]> {
  if (part.text === '') return fail('BAD_PATTERN', part, `"${part.operator}" stands alone`, 'write a name after it');
  if (part.text.startsWith('~')) return matchRegex(part, inventory);
  if (/\[:[0-9]+\]$/.test(part.text)) {
    return fail('BAD_PATTERN', part, `the range of "${part.text}" has no begin`, 'count from 0: "group[0:1]"');
  }
  const match = subscriptPattern.exec(part.text);
  if (match === null) return matchName(part, part.text, inventory);
  const base = matchName(part, match[1] ?? '', inventory);
  if (base.value === undefined) {
    const help = 'a bracket at the end counts hosts: "group[0]", "group[1:3]"';
    return { diagnostics: base.diagnostics.map((diagnostic) => ({ ...diagnostic, help: diagnostic.help ?? help })) };
  }
  const chosen = subscript(base.value, match);
  if (chosen.length > 0) return { value: chosen, diagnostics: [] };
  const count = base.value.length;
  return fail('BAD_PATTERN', part, `"${part.text}" is out of range: "${match[1] ?? ''}" has ${count} hosts`);
}

function subscript(hosts: readonly string[], [, , single, from, to]: RegExpExecArray): readonly string[] {
  if (single !== undefined) return [hosts.at(Number(single)) ?? []].flat();
  return hosts.slice(Number(from), to === undefined || to === '' ? undefined : Number(to) + 1);
}

function matchName(part: Part, name: string, inventory: Inventory): Checked<readonly string[]> {
  const group = inventory.groups.get(name);
  if (group !== undefined) return { value: group.hosts, diagnostics: [] };
  if (inventory.hosts.has(name)) return { value: [name], diagnostics: [] };
  if (!/[*?[]/.test(name)) return unknown(part, name, inventory);
  if (name === '*') return { value: [...inventory.hosts.keys()], diagnostics: [] };
  return matching(part, inventory, (candidate) => globMatches(name, candidate));
}

const longestRegex = 200;

/** A regular expression of the user must not be able to hang: no repeated groups and few open ends. */
function matchRegex(part: Part, inventory: Inventory): Checked<readonly string[]> {
  const source = part.text.slice(1);
  const openEnds = source.match(/[*+]|\{[0-9]*,[0-9]*\}/g)?.length ?? 0;
  if (source.length > longestRegex)
    return fail('BAD_PATTERN', part, `a regular expression has at most ${longestRegex} characters`);
  if (/\)[*+{]/.test(source))
    return fail('BAD_PATTERN', part, 'groups of a regular expression cannot be repeated here');
  if (openEnds > 4) return fail('BAD_PATTERN', part, 'a regular expression repeats at most four times here');
  const regex = compile(source);
  if (regex === undefined) return fail('BAD_PATTERN', part, `"${source}" is not a regular expression`);
  return matching(part, inventory, (candidate) => regex.test(candidate));
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${source})`, 'u');
  } catch {
    return undefined;
  }
}

function matching(part: Part, inventory: Inventory, matches: (name: string) => boolean): Checked<readonly string[]> {
  const groups = [...inventory.groups.values()].filter((group) => matches(group.name));
  const hosts = [...inventory.hosts.keys()].filter(matches);
  if (groups.length + hosts.length === 0) {
    return fail('UNKNOWN_HOST', part, `"${part.text}" matches no host and no group`);
  }
  return { value: [...new Set([...groups.flatMap((group) => group.hosts), ...hosts])], diagnostics: [] };
}

function unknown(part: Part, name: string, inventory: Inventory): Checked<readonly string[]> {
  const near = suggest(name, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
  const local = 'add it to the inventory with "ansible_connection: local"';
  const help = name === 'localhost' ? local : didYouMean(near);
  return fail('UNKNOWN_HOST', part, `there is no host or group "${name}"`, help);
}

function fail(
  code: 'BAD_PATTERN' | 'UNKNOWN_HOST',
  part: Part,
  message: string,
  help?: string,
): Checked<readonly string[]> {
  return { diagnostics: [problem(code, part.at, message, help)] };
}
