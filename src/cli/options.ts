import { homedir, userInfo } from 'node:os';
import type { Request } from '../app.js';
import type { PlanOptions } from '../model/plan.js';
import type { Look } from './terminal.js';

/** Flags that the commands share; named as in Ansible where it has them. */
export interface CommonFlags extends Look {
  readonly config?: string;
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extraVars?: readonly string[];
  readonly forks?: number;
  readonly user?: string;
  readonly privateKey?: string;
  readonly timeout?: number;
  readonly verbose?: number;
  readonly json?: boolean;
}

/** Makes of the command line what the library wants to know. */
export function requestOf(playbook: string | undefined, flags: CommonFlags): Request {
  const agent = process.env['SSH_AUTH_SOCK'];
  return {
    cwd: process.cwd(),
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(playbook === undefined ? {} : { playbook }),
    options: {
      inventory: flags.inventory ?? [],
      ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      tags: words(flags.tags),
      skipTags: words(flags.skipTags),
      extraVars: flags.extraVars ?? [],
    },
    overrides: {
      ...(flags.forks === undefined ? {} : { forks: flags.forks }),
      ...(flags.user === undefined ? {} : { remoteUser: flags.user }),
      ...(flags.privateKey === undefined ? {} : { privateKeyFile: flags.privateKey }),
      ...(flags.timeout === undefined ? {} : { connectTimeout: flags.timeout }),
    },
    surroundings: {
      user: userInfo().username,
      home: homedir(),
      ...(agent === undefined || agent === '' ? {} : { agent }),
    },
  };
}

/**
 * The words that a command which continues this one needs as well. Values of `-e` may be secret and stay out of what is
 * printed; files of them are named.
 * @param options what the run was made with, which for a saved plan is not what the user typed now
 */
export function wordsAgain(options: PlanOptions, flags: CommonFlags): readonly string[] {
  const each = (name: string, values: readonly string[]): readonly string[] => values.flatMap((value) => [name, value]);
  const config = flags.config ?? options.config;
  return [
    ...each('--config', config === undefined ? [] : [config]),
    ...each('-i', flags.inventory ?? []),
    ...each('-t', options.tags),
    ...each('--skip-tags', options.skipTags),
    ...options.extraVars.flatMap((text) => ['-e', text.startsWith('@') ? text : '…']),
    ...each('-u', flags.user === undefined ? [] : [flags.user]),
    ...each('--private-key', flags.privateKey === undefined ? [] : [flags.privateKey]),
  ];
}

function words(lists: readonly string[] | undefined): readonly string[] {
  return (lists ?? []).flatMap((list) => list.split(',').map((word) => word.trim())).filter((word) => word !== '');
}
