import type { Change } from '../model/change.js';
import type { PlanEntry } from '../model/plan.js';
import { changeWords } from './words.js';
import type { Word } from './words.js';

/** What a plan shows. A saved `Plan` is one, when every host could be read. */
export interface PlanFacts {
  readonly playbook: string;
  /** In the order of the inventory. */
  readonly hosts: readonly string[];
  readonly entries: readonly PlanEntry[];
  /** Why hosts could not be asked, by host. */
  readonly unreachable?: Readonly<Record<string, string>>;
}

/** How an entry counts: by its change, or because nobody could look. */
export type Verdict = Change['kind'] | 'skipped' | 'unread';

export const skippedWord: Word = { symbol: '.', word: 'skipped', tone: 'faint' };
export const unreadWord: Word = { symbol: '??', word: 'not read', tone: 'unknown' };

/** Says how an entry counts. What nobody could read is never counted as unchanged. */
export function verdictOf(entry: PlanEntry): Verdict {
  if (entry.skipped !== undefined) return 'skipped';
  const unread = Object.keys(entry.unreachable ?? {}).length > 0;
  return unread && (entry.change.kind === 'unknown' || entry.change.kind === 'none') ? 'unread' : entry.change.kind;
}

/** Symbol and word of an entry. */
export function wordOf(entry: PlanEntry): Word {
  const verdict = verdictOf(entry);
  if (verdict === 'skipped') return skippedWord;
  return verdict === 'unread' ? unreadWord : changeWords[verdict];
}

/** Hosts that could not be asked, with why: what the caller says and what entries say. */
export function unreachableHosts(plan: PlanFacts): Readonly<Record<string, string>> {
  const found = new Map(Object.entries(plan.unreachable ?? {}));
  for (const entry of plan.entries) {
    for (const [host, message] of Object.entries(entry.unreachable ?? {})) {
      if (!found.has(host)) found.set(host, message);
    }
  }
  return Object.fromEntries(found);
}
