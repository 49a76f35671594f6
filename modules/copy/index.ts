import { defineModule, param } from 'stowage/module';
import type { Change, Infer, Pending, Probe, Refusal, State, Step } from 'stowage/module';
import { groupId, userId } from '../_facts/accounts.js';
import { regularText, textLimit } from '../_facts/files.js';
import { ancestors, pathStat } from '../_facts/path.js';
import type { FileType } from '../_facts/path.js';

interface CopyState extends State {
  /** Null when what is there is too large to compare, or not text. */
  readonly content: string | null;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
  /** Where the symbolic link at `dest` points to; null = no link. */
  readonly link?: string | null;
}

const params = param.object({
  dest: param.path('The file on the host'),
  content: param.string('The whole text of the file, at most 1 MiB', { maxLength: textLimit }),
  owner: param.optional(param.account('User that owns it')),
  group: param.optional(param.account('Group that owns it')),
  mode: param.optional(param.mode('Permissions; a new file gets "0644" without it')),
});
type Params = Infer<typeof params>;

interface Seen {
  readonly type: FileType | undefined;
}

export const copy = defineModule<Params, CopyState, Seen>({
  name: 'copy',
  summary: 'Keeps a file with the given text',
  params,
  needs: ({ dest }) => ancestors(dest).map((directory) => `path:${directory}`),
  provides: ({ dest }) => [`path:${dest}`],
  read,

  desired: ({ content, owner, group, mode }, prior) => ({
    content,
    ...(prior?.link === undefined ? {} : { link: null }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(mode === undefined ? {} : { mode: mode.replace(/^0?(?=.{3}$)/, '0') }),
  }),

  steps: (change, { dest }) => steps(change, dest),

  refuse: (change, wanted, seen) => refusals(change, wanted, seen),
});

async function read(wanted: Params, probe: Probe): Promise<{ state: CopyState | null; seen: Seen }> {
  // The text is asked for together with the rest: looks that wait for each other cost a round trip each.
  const [there, text, uid, gid] = await Promise.all([
    probe.fact(pathStat, [wanted.dest]),
    probe.fact(regularText, [wanted.dest]),
    wanted.owner === undefined ? null : probe.fact(userId, [wanted.owner]),
    wanted.group === undefined ? null : probe.fact(groupId, [wanted.group]),
  ]);
  if (there === null) return { state: null, seen: { type: undefined } };
  const seen = { type: there.type };
  if (there.type === 'link') return { state: { content: null, link: there.target ?? '' }, seen };
  if (there.type !== 'file') return { state: { content: null }, seen };
  // Bytes that are not UTF-8 were replaced while decoding: the sizes tell.
  const content = text !== null && new TextEncoder().encode(text).length === there.size ? text : null;
  return {
    state: {
      content,
      owner: wanted.owner !== undefined && uid === there.uid ? wanted.owner : there.owner,
      group: wanted.group !== undefined && gid === there.gid ? wanted.group : there.group,
      mode: there.mode,
    },
    seen,
  };
}

function steps(change: Pending<CopyState>, dest: string): readonly Step[] {
  switch (change.kind) {
    case 'create':
      return [write(change.desired, dest)];
    case 'update': {
      const { prior, desired } = change;
      const changed = new Set(change.fields.map((field) => field.path[0]));
      // A new file takes the place of the old one: what is not managed is carried over.
      if (changed.has('content') || changed.has('link')) return [write({ ...prior, ...desired }, dest)];
      const owner = changed.has('owner') ? desired.owner : undefined;
      const group = changed.has('group') ? desired.group : undefined;
      const accounts = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
      return [
        ...(accounts === '' ? [] : [{ kind: 'run' as const, argv: ['chown', '-h', accounts, '--', dest] }]),
        ...(desired.mode === undefined ? [] : [{ kind: 'run' as const, argv: ['chmod', desired.mode, '--', dest] }]),
      ];
    }
    case 'replace':
    case 'delete':
      return [];
  }
}

function write(state: CopyState, path: string): Step {
  const { content, owner, group, mode } = state;
  return {
    kind: 'write',
    path,
    content: content ?? '',
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

function refusals(change: Change<CopyState>, { dest }: Params, { type }: Seen): readonly Refusal[] {
  if (change.kind === 'none' || type === undefined || type === 'file' || type === 'link') return [];
  return [
    {
      code: 'WRONG_TYPE',
      message: `${dest} is a ${type}, not a file; it is not replaced`,
      help: 'name a file in `dest`',
    },
  ];
}
