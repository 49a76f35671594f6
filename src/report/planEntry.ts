import type { Change, FieldChange, Refusal } from '../model/change.js';
import type { Json } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import type { HostStep } from '../model/step.js';
import { unifiedDiff } from './fileDiff.js';
import { blank, lineWidth, padLine, wrapLine } from './layout.js';
import type { Line, Part, Style, Tone } from './style.js';
import { fieldName, fieldText, isBlock, shortValue } from './values.js';
import { describeStep, hostList, isCommand, shortMessage } from './words.js';

export interface EntryOptions {
  readonly diff: boolean;
  readonly verbose: boolean;
}

/** Lines of a diff that are shown unless all are asked for. */
const diffLimit = 200;
/** Hosts named beside a step before the rest is counted. */
const stepHosts = 6;

/**
 * The lines below the name of an entry: fields, commands, refusals. They do not name the host of a resource, so that
 * equal changes of several hosts have equal lines.
 */
export function entryBody(entry: PlanEntry, options: EntryOptions, style: Style): readonly Line[] {
  const refused = entry.refusals.flatMap((refusal) => refusalLines(refusal, entry.node.hosts.length > 1, style));
  if (entry.skipped !== undefined) return [...note(`skipped: ${entry.skipped}`, 'faint', style), ...refused];
  return [
    ...changeLines(entry, options, style),
    ...stepLines(entry.steps, entry.node.hosts, options.verbose, style),
    ...unreachableLines(entry, style),
    ...refused,
  ];
}

function changeLines(entry: PlanEntry, options: EntryOptions, style: Style): readonly Line[] {
  const { change } = entry;
  switch (change.kind) {
    case 'none':
    case 'delete':
      return [];
    case 'unknown':
      return note(change.reason, 'unknown', style);
    case 'update':
      return fieldLines(change.fields, options, style);
    case 'replace':
      return [...note(change.because, 'danger', style), ...fieldLines(newFields(change), options, style)];
    case 'create':
      return createLines(entry, change, options, style);
    default:
      return change satisfies never;
  }
}

/** A new thing is told by its commands; without any, or when more is asked for, by its fields. */
function createLines(
  entry: PlanEntry,
  change: Extract<Change, { kind: 'create' }>,
  options: EntryOptions,
  style: Style,
): readonly Line[] {
  const fields = Object.entries(change.desired).map(([key, to]) => ({ path: [key], from: null, to }));
  if (options.verbose || entry.steps.length === 0) return fieldLines(fields, options, style);
  return options.diff ? fields.flatMap((field) => diffLines(field.from, field.to, options, style)) : [];
}

function newFields(change: Extract<Change, { kind: 'replace' }>): readonly FieldChange[] {
  return Object.entries(change.desired)
    .map(([key, to]) => ({ path: [key], from: change.prior[key] ?? null, to }))
    .filter((field) => JSON.stringify(field.from) !== JSON.stringify(field.to));
}

function fieldLines(fields: readonly FieldChange[], options: EntryOptions, style: Style): readonly Line[] {
  const names = fields.map((field) => style.line(fieldName(field.path)));
  const width = Math.min(24, Math.max(0, ...names.map(lineWidth)));
  return fields.flatMap((field, index) => {
    const text = field.from === null ? shortValue(field.to) : fieldText(field);
    const name = padLine(names[index] ?? [], width);
    const line = [...name, ...style.line({ text: ' : ', tone: 'faint' }), ...style.line(text)];
    const changed = options.diff ? diffLines(field.from, field.to, options, style) : [];
    return [...wrapLine(line, style.columns, blank(4)), ...changed];
  });
}

function diffLines(from: Json, to: Json, options: EntryOptions, style: Style): readonly Line[] {
  if (!isBlock(from, to)) return [];
  const lines = unifiedDiff(typeof from === 'string' ? from : '', typeof to === 'string' ? to : '');
  const limit = options.verbose ? lines.length : diffLimit;
  const tones: Readonly<Record<(typeof lines)[number]['kind'], Tone | undefined>> = {
    added: 'good',
    removed: 'bad',
    same: undefined,
    place: 'accent',
  };
  const shown = lines.slice(0, limit).flatMap((line) => {
    const text = style.line('  ', { text: line.text, tone: tones[line.kind] });
    return wrapLine(text, style.columns, blank(4));
  });
  return lines.length <= limit
    ? shown
    : [...shown, ...note(`  and ${String(lines.length - limit)} more lines`, 'faint', style)];
}

/** The exact commands, equal ones of several hosts once. */
function stepLines(
  steps: readonly HostStep[],
  hosts: readonly string[],
  exact: boolean,
  style: Style,
): readonly Line[] {
  const folded = new Map<string, { readonly parts: readonly (string | Part)[]; readonly hosts: Set<string> }>();
  for (const step of steps) {
    const parts = stepParts(step, exact);
    const key = JSON.stringify({ ...step, host: null });
    const same = folded.get(key) ?? { parts, hosts: new Set<string>() };
    same.hosts.add(step.host);
    folded.set(key, same);
  }
  return [...folded.values()].flatMap((step) => {
    const where = [...step.hosts];
    const told = where.length === hosts.length ? '' : `  on ${hostList(where, hosts, stepHosts)}`;
    const line = style.line(...step.parts, { text: told, tone: 'faint' });
    return wrapLine(line, style.columns, blank(4));
  });
}

function stepParts(step: HostStep, exact: boolean): readonly (string | Part)[] {
  const mark: Part = { text: isCommand(step) ? '$ ' : '', tone: 'faint' };
  const text: Part = { text: describeStep(step, exact), tone: 'accent' };
  if (step.kind !== 'run' || step.risk === undefined) return [mark, text];
  const danger = step.risk === 'destroys-data' ? 'destroys data' : 'interrupts I/O';
  return [mark, text, { text: `  (${danger})`, tone: 'danger' }];
}

function unreachableLines(entry: PlanEntry, style: Style): readonly Line[] {
  return Object.entries(entry.unreachable ?? {}).flatMap(([host, message]) =>
    note(`${host} could not be read: ${shortMessage(message)}`, 'unknown', style),
  );
}

function refusalLines(refusal: Refusal, tellHost: boolean, style: Style): readonly Line[] {
  const where = tellHost && refusal.host !== undefined ? `${refusal.host}: ` : '';
  const head = style.line({ text: '! ', tone: 'danger' }, `${where}${shortMessage(refusal.message)}`, {
    text: `  ${refusal.code}`,
    tone: 'faint',
  });
  const lines = wrapLine(head, style.columns, blank(2));
  if (refusal.help === undefined) return lines;
  return [...lines, ...note(`  = ${shortMessage(refusal.help)}`, 'accent', style, 4)];
}

function note(text: string, tone: Tone, style: Style, hang = 2): readonly Line[] {
  return wrapLine(style.line({ text, tone }), style.columns, blank(hang));
}
