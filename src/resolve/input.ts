import type { Config } from '../load/config.js';
import type { Inventory } from '../model/inventory.js';
import type { Playbook, Text } from '../model/playbook.js';
import type { MapValue } from '../model/source.js';
import type { Catalog } from '../module/define.js';

/** Choices of the command line. */
export interface ResolveOptions {
  /** Texts that make up one pattern; absent = every host may be changed. */
  readonly limit?: readonly Text[];
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars?: MapValue;
}

/** What is known of the controller. Paths are absolute. */
export interface Controller {
  readonly user: string;
  readonly home: string;
  readonly cwd: string;
  /** The socket of the SSH agent (`SSH_AUTH_SOCK`). */
  readonly agent?: string;
}

/** Everything that a graph follows from. */
export interface ResolveInput {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  readonly catalog: Catalog;
  readonly config: Config;
  readonly options: ResolveOptions;
  readonly controller: Controller;
  /** Whether a file of variables could not be read: that a name is not defined is no mistake then. */
  readonly namesLost?: boolean;
}
