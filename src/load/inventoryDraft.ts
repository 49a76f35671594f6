import type { Diagnostic } from '../model/diagnostic.js';
import type { VarLayer } from '../model/inventory.js';
import type { Span } from '../model/source.js';

/** A group while its files are read: several files may add to it. */
export interface DraftGroup {
  readonly name: string;
  at: Span;
  /** Whether any file says what it is; a bare name among `children` does not. */
  defined: boolean;
  readonly hosts: Set<string>;
  /** With the place of the key that names the child. */
  readonly children: Map<string, Span>;
  readonly layers: VarLayer[];
  priority: number;
}

export interface DraftHost {
  readonly name: string;
  readonly at: Span;
  readonly layers: VarLayer[];
}

/** The inventory while it is read. Maps keep the order in which the files name things. */
export interface Draft {
  readonly groups: Map<string, DraftGroup>;
  readonly hosts: Map<string, DraftHost>;
  readonly files: string[];
  readonly diagnostics: Diagnostic[];
  /** There were too many hosts: no more are added. */
  full: boolean;
  /** A source could not be read. */
  lost: boolean;
}

export function emptyDraft(at: Span): Draft {
  const draft: Draft = { groups: new Map(), hosts: new Map(), files: [], diagnostics: [], full: false, lost: false };
  for (const name of ['all', 'ungrouped']) draftGroup(draft, name, at).defined = true;
  return draft;
}

export function draftGroup(draft: Draft, name: string, at: Span): DraftGroup {
  const known = draft.groups.get(name);
  if (known !== undefined) return known;
  const group: DraftGroup = {
    name,
    at,
    defined: false,
    hosts: new Set(),
    children: new Map(),
    layers: [],
    priority: 1,
  };
  draft.groups.set(name, group);
  return group;
}

export function draftHost(draft: Draft, name: string, at: Span): DraftHost {
  const known = draft.hosts.get(name);
  if (known !== undefined) return known;
  const host: DraftHost = { name, at, layers: [] };
  draft.hosts.set(name, host);
  return host;
}
