import { diffLines, structuredPatch } from 'diff';

/** A line of a unified diff: its text begins with `+`, `-`, a space or `@@`. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'place';
  readonly text: string;
}

/** Work that a comparison may cost; texts that differ more are shown as replaced as a whole. */
const maxEditLength = 1000;

/** Compares two texts line by line: hunks with three lines around them. Equal texts give no lines. */
export function unifiedDiff(from: string, to: string): readonly DiffLine[] {
  if (from === to) return [];
  const patch = structuredPatch('', '', from, to, '', '', { context: 3, maxEditLength });
  if (patch === undefined) {
    const whole = [...linesOf(from).map((line) => `-${line}`), ...linesOf(to).map((line) => `+${line}`)];
    return whole.map(diffLine);
  }
  return patch.hunks.flatMap((hunk) => [
    {
      kind: 'place' as const,
      text: `@@ -${place(hunk.oldStart, hunk.oldLines)} +${place(hunk.newStart, hunk.newLines)} @@`,
    },
    ...hunk.lines.map(diffLine),
  ]);
}

/** Counts the lines that were added and removed. */
export function countDiff(from: string, to: string): { readonly added: number; readonly removed: number } {
  const changes = diffLines(from, to, { maxEditLength });
  if (changes === undefined) return { added: linesOf(to).length, removed: linesOf(from).length };
  let added = 0;
  let removed = 0;
  for (const change of changes) {
    if (change.added) added += change.count;
    if (change.removed) removed += change.count;
  }
  return { added, removed };
}

function place(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${String(start)},${String(lines)}`;
}

function diffLine(text: string): DiffLine {
  if (text.startsWith('+')) return { kind: 'added', text };
  if (text.startsWith('-')) return { kind: 'removed', text };
  return { kind: 'same', text };
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
