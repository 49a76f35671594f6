/** What a name with ranges stands for, or what is wrong with it (a sentence without a final period). */
export type Expansion = { readonly names: readonly string[] } | { readonly error: string };

const mostNames = 10_000;
const rangePattern = /\[([^[\]]*)\]/;

/**
 * Expands the ranges of a host name as Ansible does: `kvm[1:3]`, `h[01:10:2]` (equal width), `[a:c]`; several in one
 * name; a missing begin is 0. Both ends belong to the range.
 */
export function expandRanges(name: string): Expansion {
  const match = rangePattern.exec(name);
  if (match === null) {
    return /[[\]]/.test(name) ? { error: `a bracket of "${name}" has no partner` } : { names: [name] };
  }
  const items = rangeItems(match[1] ?? '');
  if ('error' in items) return items;
  const rest = expandRanges(name.slice(match.index + match[0].length));
  if ('error' in rest) return rest;
  if (items.names.length * rest.names.length > mostNames) {
    return { error: `"${name}" stands for more than ${mostNames} hosts` };
  }
  const head = name.slice(0, match.index);
  return { names: items.names.flatMap((item) => rest.names.map((tail) => head + item + tail)) };
}

function rangeItems(text: string): Expansion {
  const parts = text.split(':');
  const [begin = '', end = '', step = '1'] = parts;
  if (parts.length < 2 || parts.length > 3 || end === '') {
    return { error: `"[${text}]" is not a range such as [1:3], [01:10:2] or [a:c]` };
  }
  if (!/^[1-9][0-9]{0,5}$/.test(step)) return { error: `the step of "[${text}]" is not a whole number above 0` };
  if (/^[A-Za-z]$/.test(begin) && /^[A-Za-z]$/.test(end)) return letters(begin, end, Number(step));
  if (!/^[0-9]{0,9}$/.test(begin) || !/^[0-9]{1,9}$/.test(end)) {
    return { error: `the ends of "[${text}]" are neither two numbers nor two letters` };
  }
  return numbers(begin === '' ? '0' : begin, end, Number(step));
}

function letters(begin: string, end: string, step: number): Expansion {
  const from = begin.charCodeAt(0);
  const to = end.charCodeAt(0);
  if (from > to || begin < 'a' !== end < 'a') return { error: `the range [${begin}:${end}] is empty` };
  return { names: steps(from, to, step).map((code) => String.fromCharCode(code)) };
}

function numbers(begin: string, end: string, step: number): Expansion {
  const padded = begin.length > 1 && begin.startsWith('0');
  if (padded && begin.length !== end.length) {
    return { error: `the ends of [${begin}:${end}] must be of equal length as the first one starts with 0` };
  }
  const from = Number(begin);
  const to = Number(end);
  if (from > to) return { error: `the range [${begin}:${end}] is empty` };
  if ((to - from) / step >= mostNames) return { error: `[${begin}:${end}] stands for more than ${mostNames} hosts` };
  return { names: steps(from, to, step).map((value) => String(value).padStart(padded ? begin.length : 0, '0')) };
}

function steps(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}
