import type { LineStarts, MapValue, Span } from './source.js';

export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
  /** Variables that what had to be left out would define; empty when nothing was wrong. */
  readonly lost: readonly string[];
}

export interface Play {
  readonly name: string;
  readonly hosts: Text;
  readonly become: Become;
  readonly tags: readonly string[];
  readonly vars?: MapValue;
  /** In the order in which they run. */
  readonly sections: readonly Section[];
  readonly at: Span;
}

export const sectionNames = [
  'pre_tasks',
  'tasks',
  'image_storages',
  'media_storages',
  'direct_storages',
  'post_tasks',
] as const;
export type SectionName = (typeof sectionNames)[number];

export interface Section {
  readonly name: SectionName;
  readonly tasks: readonly Task[];
}

/** Whether commands run as another user; absent means "as the play or the inventory says". */
export interface Become {
  readonly become?: boolean;
  readonly user?: string;
}

/** Text with its place, e.g. a condition or a host pattern. */
export interface Text {
  readonly text: string;
  readonly lines: LineStarts;
  readonly at: Span;
}

/** A task, or one object of a storage section (then `module` is the composite, e.g. `image_storage`). */
export interface Task {
  readonly name: string;
  readonly module: string;
  readonly params: MapValue;
  /** The key that names the module; what is missing in `params` is shown there. Absent for storage objects. */
  readonly moduleAt?: Span;
  readonly when: readonly Text[];
  readonly changedWhen: readonly Text[];
  readonly failedWhen: readonly Text[];
  readonly register?: string;
  readonly tags: readonly string[];
  readonly become: Become;
  readonly vars?: MapValue;
  /** Seconds that each step may take. */
  readonly timeout?: number;
  readonly at: Span;
}
