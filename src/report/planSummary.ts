import { blank, wrapLine } from './layout.js';
import { verdictOf } from './planFacts.js';
import type { PlanFacts, Verdict } from './planFacts.js';
import { count } from './quantities.js';
import type { Line, Style } from './style.js';
import { hostList, noChanges, shortMessage } from './words.js';

/** Says that a host could not be read and what was not assessed because of it. */
export function unreachableLine(host: string, message: string, plan: PlanFacts, style: Style): readonly Line[] {
  const missed = plan.entries.filter(
    (entry) => verdictOf(entry) === 'unread' && entry.node.hosts.includes(host),
  ).length;
  const told = missed === 0 ? '' : ` (${count(missed, 'resource')} not assessed)`;
  const line = style.line(
    { text: `${style.symbols.unreachable} `, tone: 'bad' },
    { text: host, tone: 'strong' },
    ` could not be read: ${shortMessage(message)}${told}`,
  );
  return wrapLine(line, style.columns, blank(2));
}

/** The last lines of a plan: how much would be done, or the one sentence that there is nothing to do. */
export function planSummary(plan: PlanFacts, unreachable: readonly string[], style: Style): readonly Line[] {
  const numbers: Record<Verdict, number> = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    unknown: 0,
    none: 0,
    skipped: 0,
    unread: 0,
  };
  for (const entry of plan.entries) numbers[verdictOf(entry)] += 1;
  const refused = plan.entries.filter((entry) => entry.refusals.length > 0).length;
  const { create, update, replace, delete: gone, unknown, none, skipped, unread } = numbers;
  const pending = create + update + replace + gone + unknown;
  if (pending === 0 && refused === 0) {
    const { playbook, hosts } = plan;
    // Members outside the limit may be away as well: they are none of the hosts that this counts.
    const away = unreachable.filter((host) => hosts.includes(host));
    const coverage = { playbook, matching: none, skipped, unread, hosts: hosts.length, unreachable: away };
    return wrapLine(style.line(noChanges(coverage)), style.columns);
  }
  const parts = [
    `${String(create)} to create`,
    `${String(update)} to change`,
    `${String(replace)} to replace`,
    `${String(gone)} to delete`,
    ...(unknown === 0 ? [] : [`${String(unknown)} known only during apply`]),
    `${String(none)} unchanged`,
    ...(skipped === 0 ? [] : [`${String(skipped)} skipped`]),
    ...(unread === 0 ? [] : [`${String(unread)} not assessed`]),
  ];
  const lines = wrapLine(style.line({ text: 'Plan:', tone: 'strong' }, ` ${parts.join(', ')}.`), style.columns);
  return [...lines, ...dangers(plan, refused, style)];
}

/** What apply will not do, and what cannot be undone. */
function dangers(plan: PlanFacts, refused: number, style: Style): readonly Line[] {
  const destroying = plan.entries.filter((entry) =>
    entry.steps.some((step) => step.kind === 'run' && step.risk === 'destroys-data'),
  );
  const names = [...new Set(destroying.map((entry) => entry.node.name))];
  const lines = [
    ...(names.length === 0
      ? []
      : [
          `Destroys data: ${hostList(
            names.map((name) => `${name},`),
            [],
          ).replace(/,$/, '')}.`,
        ]),
    ...(refused === 0
      ? []
      : [
          `! ${String(refused)} refused: apply leaves ${refused === 1 ? 'it' : 'them'} as found, and what needs ${refused === 1 ? 'it' : 'them'}.`,
        ]),
  ];
  return lines.flatMap((text) => wrapLine(style.line({ text, tone: 'danger' }), style.columns, blank(2)));
}
