import { defineModule, param } from 'stowage/module';
import type { Change, Infer, Pending, Probe, Refusal, State, Step } from 'stowage/module';
import { groupId, userId } from '../_facts/accounts.js';
import { directoryEntries } from '../_facts/files.js';
import { mountOf } from '../_facts/mounts.js';
import { ancestors, pathStat } from '../_facts/path.js';
import type { FileType, PathStat } from '../_facts/path.js';
import { isSystemPath } from './system.js';

interface FileState extends State {
  readonly type?: FileType;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
  /** Where a link points to. */
  readonly target?: string;
}

const params = param.object(
  {
    path: param.path('The file, directory or link'),
    state: param.optional(
      param.choice(
        '`directory`: created with the directories above it that are missing; `file`: has to exist; `link`: a symbolic ' +
          'link to `src`; `absent`: removed, a directory only when it is empty. Without it whatever is there has to exist',
        ['directory', 'file', 'link', 'absent'],
      ),
    ),
    src: param.optional(
      param.string('Where the link points to; relative to the directory of the link unless absolute', { minLength: 1 }),
    ),
    owner: param.optional(param.account('User that owns it')),
    group: param.optional(param.account('Group that owns it')),
    mode: param.optional(param.mode('Permissions, not compared for links')),
    when_creating: param.optional(
      param.object(
        {
          owner: param.optional(param.nullable(param.account('User that owns it; refused when a fact gave null'))),
          group: param.optional(param.nullable(param.account('Group that owns it; refused when a fact gave null'))),
          mode: param.optional(param.mode('Permissions')),
        },
        'Attributes that a new directory gets and that are not managed afterwards',
      ),
    ),
  },
  'A path and what shall be there',
  { goesWith: { src: { key: 'state', value: 'link' } } },
);
type Params = Infer<typeof params>;

interface Seen {
  /** Directories above it that do not exist, the topmost first. */
  readonly missing: readonly string[];
  /** Set for what is to be removed. */
  readonly removal?: { readonly entries: readonly string[]; readonly mounted: boolean; readonly foreign: boolean };
}

export const file = defineModule<Params, FileState, Seen>({
  name: 'file',
  summary: 'Keeps a directory, a symbolic link, the attributes of a file, or their absence',
  params,
  needs: ({ path }) => ancestors(path).map((directory) => `path:${directory}`),
  provides: ({ path, state }) => (state === 'absent' ? [] : [`path:${path}`]),
  read,

  desired(wanted, prior) {
    if (wanted.state === 'absent') return null;
    const { owner, group, mode } = attributes(wanted, prior === null);
    const type = wanted.state ?? prior?.type;
    return {
      ...(type === undefined ? {} : { type }),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
      ...(mode === undefined || type === 'link' ? {} : { mode }),
      ...(wanted.state === 'link' && wanted.src !== undefined ? { target: wanted.src } : {}),
    };
  },

  steps(change, wanted, seen) {
    switch (change.kind) {
      case 'create':
        return create(change.desired, wanted, seen);
      case 'update':
        return update(change, wanted);
      case 'delete':
        return [run(change.prior.type === 'directory' ? 'rmdir' : 'rm', '--', wanted.path)];
      case 'replace':
        return [];
    }
  },

  refuse: (change, wanted, seen) => (change.kind === 'none' ? [] : refusals(change, wanted, seen)),
});

async function read(wanted: Params, probe: Probe): Promise<{ state: FileState | null; seen: Seen }> {
  const above = ancestors(wanted.path);
  const parent = above.at(-1) ?? '/';
  const [there, parentThere, uid, gid, ...directories] = await Promise.all([
    probe.fact(pathStat, [wanted.path]),
    probe.fact(pathStat, [parent]),
    wanted.owner === undefined ? null : probe.fact(userId, [wanted.owner]),
    wanted.group === undefined ? null : probe.fact(groupId, [wanted.group]),
    ...above.map((directory) => probe.fact(pathStat, [directory])),
  ]);
  const missing = above.filter((_, index) => directories[index] === null);
  if (there === null) return { state: null, seen: { missing } };
  const state: FileState = {
    type: there.type,
    // A number may have several names: the wanted one counts when it stands for the same number.
    owner: wanted.owner !== undefined && uid === there.uid ? wanted.owner : there.owner,
    group: wanted.group !== undefined && gid === there.gid ? wanted.group : there.group,
    ...(there.type === 'link' ? {} : { mode: there.mode }),
    ...(there.target === undefined ? {} : { target: there.target }),
  };
  if (wanted.state !== 'absent') return { state, seen: { missing } };
  return { state, seen: { missing, removal: await lookBeforeRemoval(wanted.path, there, parentThere, probe) } };
}

async function lookBeforeRemoval(
  path: string,
  there: PathStat,
  parent: PathStat | null,
  probe: Probe,
): Promise<Seen['removal'] & object> {
  if (there.type !== 'directory') return { entries: [], mounted: false, foreign: false };
  const [entries, mount] = await Promise.all([probe.fact(directoryEntries, [path]), probe.fact(mountOf, [path])]);
  return { entries: entries ?? [], mounted: mount?.mountPoint === path, foreign: parent?.dev !== there.dev };
}

interface Attributes {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
}

function attributes(wanted: Params, creating: boolean): Attributes {
  const first = creating ? wanted.when_creating : undefined;
  const owner = wanted.owner ?? first?.owner ?? undefined;
  const group = wanted.group ?? first?.group ?? undefined;
  const mode = wanted.mode ?? first?.mode;
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(mode === undefined ? {} : { mode: mode.replace(/^0?(?=.{3}$)/, '0') }),
  };
}

function create(desired: FileState, wanted: Params, { missing }: Seen): readonly Step[] {
  if (desired.type === 'link') {
    return desired.target === undefined
      ? []
      : [run('ln', '-s', '-T', '--', desired.target, wanted.path), ...chown(desired, wanted.path)];
  }
  if (desired.type !== 'directory') return [];
  // As in Ansible, directories above get the same; not where a part of it is for the new directory alone, because
  // the mode without the owner could lock that one out.
  const above = wanted.when_creating === undefined ? installFlags(desired) : [];
  return [
    ...missing.map((directory) => run('install', '-d', ...above, '--', directory)),
    run('install', '-d', ...installFlags(desired), '--', wanted.path),
  ];
}

function installFlags({ owner, group, mode }: Attributes): readonly string[] {
  return [
    ...(mode === undefined ? [] : ['-m', exactMode(mode, 'directory')]),
    ...(owner === undefined ? [] : ['-o', owner]),
    ...(group === undefined ? [] : ['-g', group]),
  ];
}

function update(change: Pending<FileState> & { kind: 'update' }, { path }: Params): readonly Step[] {
  const changed = new Map(change.fields.map((field) => [field.path[0], field.to]));
  const { desired } = change;
  if (changed.has('type')) return [];
  return [
    ...(changed.has('target') ? [run('ln', '-s', '-f', '-T', '--', desired.target ?? '', path)] : []),
    ...(changed.has('target')
      ? chown(desired, path)
      : chown(
          {
            ...(changed.has('owner') && desired.owner !== undefined ? { owner: desired.owner } : {}),
            ...(changed.has('group') && desired.group !== undefined ? { group: desired.group } : {}),
          },
          path,
        )),
    // After chown, which takes the set-user-ID bits away.
    ...(desired.mode !== undefined && (changed.has('mode') || changed.has('owner') || changed.has('group'))
      ? [run('chmod', exactMode(desired.mode, change.prior.type), '--', path)]
      : []),
  ];
}

function chown({ owner, group }: { owner?: string; group?: string }, path: string): readonly Step[] {
  if (owner === undefined && group === undefined) return [];
  return [run('chown', '-h', `${owner ?? ''}${group === undefined ? '' : `:${group}`}`, '--', path)];
}

/** Without a fifth digit, chmod keeps the set-group-ID bit of a directory. */
function exactMode(mode: string, type: FileType | undefined): string {
  return type === 'directory' ? `0${mode}` : mode;
}

function run(...argv: readonly string[]): Step {
  return { kind: 'run', argv };
}

function refusals(change: Change<FileState>, wanted: Params, seen: Seen): readonly Refusal[] {
  const { path } = wanted;
  if (path === '/') return [{ code: 'SYSTEM_PATH', message: 'the root directory is left alone' }];
  if (change.kind === 'create' && change.desired.type !== 'directory' && change.desired.type !== 'link') {
    return [
      {
        code: 'PATH_MISSING',
        message: `${path} does not exist`,
        help: 'create it before, or write `state: directory` for a directory or `copy` for a file',
      },
    ];
  }
  const first = wanted.when_creating;
  if (change.kind === 'create' && change.desired.type === 'directory') {
    const unknown =
      (wanted.owner === undefined && first?.owner === null) || (wanted.group === undefined && first?.group === null);
    return unknown ? [noAccount(path)] : [];
  }
  if (change.kind === 'update' && change.desired.type !== change.prior.type) {
    const { prior, desired } = change;
    return [
      {
        code: 'WRONG_TYPE',
        message: `${path} is a ${String(prior.type)}, not a ${String(desired.type)}; it is not replaced`,
        help: 'move it away, or correct the path or the state',
      },
    ];
  }
  return change.kind === 'delete' ? removalRefusals(change.prior, path, seen) : [];
}

/** Owned by whoever creates it, the directory would be of no use to the one that it is for. */
function noAccount(path: string): Refusal {
  return {
    code: 'NO_ACCOUNT',
    message: `${path} is to be created for an account that this host does not have`,
    help: 'install what brings the account (for the qemu user: libvirt or qemu), or name `owner` and `group`',
  };
}

function removalRefusals(prior: FileState, path: string, { removal }: Seen): readonly Refusal[] {
  if (isSystemPath(path)) {
    return [{ code: 'SYSTEM_PATH', message: `${path} belongs to the system and is not removed` }];
  }
  if (prior.type !== 'directory' && prior.type !== 'file' && prior.type !== 'link') {
    return [{ code: 'WRONG_TYPE', message: `${path} is a ${String(prior.type)} and is not removed` }];
  }
  if (removal?.mounted === true) {
    return [{ code: 'MOUNT_POINT', message: `${path} is a mount point`, help: 'unmount it first' }];
  }
  if (removal?.foreign === true) {
    return [{ code: 'OTHER_FILE_SYSTEM', message: `${path} is the top of a file system of its own` }];
  }
  const entries = removal?.entries ?? [];
  if (entries.length === 0) return [];
  const some = `${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', …' : ''}`;
  return [
    {
      code: 'NOT_EMPTY',
      message: `${path} is not empty: ${some}`,
      help: 'directories are only removed when they are empty; remove what is in it first',
    },
  ];
}
