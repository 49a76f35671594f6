import type { HostFact, SealedModule } from 'stowage/module';
import { qemu } from './_facts/accounts.js';
import { kernel, memory, os } from './_facts/system.js';
import { command } from './command/index.js';
import { copy } from './copy/index.js';
import { externalVolume } from './external_volume/index.js';
import { file } from './file/index.js';
import { imageStorage } from './image_storage/index.js';

// One line each, so that two new modules do not meet in one line.
/** The modules that playbooks may use. */
// prettier-ignore
export const modules: readonly SealedModule[] = [
  command,
  copy,
  externalVolume,
  file,
  imageStorage,
];

/** The facts that templates and conditions may use as `facts.NAME`. */
// prettier-ignore
export const facts: readonly HostFact[] = [
  kernel,
  memory,
  os,
  qemu,
];
