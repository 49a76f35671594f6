import { RunnerError } from '../model/errors.js';

/** What of a program only reads: all of it, or with these subcommands, or with arguments that pass a check. */
type Rule = 'any' | ((args: readonly string[]) => boolean);

/**
 * Programs that a probe may run. A program that can change anything by an option is here only with a rule that leaves
 * that option out, or not at all (find, sort, sed, awk, tee, date, hostname, ip, xargs, env, sh).
 */
const table: Readonly<Record<string, Rule>> = {
  basename: 'any',
  blkid: without(/^-(?:[^-]*[cgw]|-(?:cache-file|garbage-collect))/),
  cat: 'any',
  df: 'any',
  dirname: 'any',
  'dpkg-query': subcommands(['-W', '--show', '-s', '--status', '-l', '--list', '-L', '--listfiles', '-S', '--search']),
  du: 'any',
  findmnt: 'any',
  getent: 'any',
  getfacl: 'any',
  gluster: glusterReads,
  groups: 'any',
  head: 'any',
  id: 'any',
  lsblk: 'any',
  ls: 'any',
  lsmod: 'any',
  lspci: 'any',
  md5sum: 'any',
  mount: none,
  'mounted.ocfs2': 'any',
  mountpoint: 'any',
  nproc: 'any',
  pgrep: 'any',
  'qemu-img': subcommands(['info', 'check'], /^-(?:[^-]*r|-repair)/),
  readlink: 'any',
  realpath: 'any',
  rpm: rpmReads,
  sha1sum: 'any',
  sha256sum: 'any',
  sha512sum: 'any',
  stat: 'any',
  swapon: (args) =>
    args.length > 0 && args.every((arg) => /^(?:--show(?:=.*)?|--noheadings|--raw|--bytes|-s)$/.test(arg)),
  sysctl: (args) =>
    args.every((arg) => /^(?:-[abenNq]+|[A-Za-z0-9][A-Za-z0-9_./-]*)$/.test(arg) && !/^-.*[wpf]/.test(arg)),
  systemctl: systemctlReads,
  tail: without(/^-(?:[^-]*[fF]|-(?:follow|retry))/),
  test: 'any',
  uname: 'any',
  virsh: subcommands(['list', 'dominfo', 'domblklist', 'pool-list', 'pool-info', 'pool-dumpxml', 'dumpxml', 'version']),
  wc: 'any',
};

const systemctlVerbs = [
  'show',
  'is-active',
  'is-enabled',
  'is-failed',
  'cat',
  'status',
  'list-units',
  'list-unit-files',
];

/**
 * Lets a program pass that can only read.
 * @param reads what the module declares besides the table: `tool`, or `tool subcommand…` as the first arguments
 * @throws RunnerError NOT_READ_ONLY
 */
export function assertReadOnly(argv: readonly string[], reads: readonly string[]): void {
  const [program = '', ...args] = argv;
  const rule = Object.hasOwn(table, program) ? table[program] : undefined;
  if (rule !== undefined && (rule === 'any' || rule(args))) return;
  if (reads.some((declared) => declared.split(' ').every((word, index) => argv[index] === word))) return;
  throw new RunnerError('NOT_READ_ONLY', `${JSON.stringify(argv.join(' '))} is not known to be read-only`, {
    help: 'describe it as a step, or declare the program in the "reads" of the module if it cannot change anything',
  });
}

function none(args: readonly string[]): boolean {
  return args.length === 0;
}

function without(option: RegExp): Rule {
  return (args) => !args.some((arg) => option.test(arg));
}

/** The first argument is one of these; no argument is the forbidden option. */
function subcommands(names: readonly string[], forbidden?: RegExp): Rule {
  return ([first = '', ...rest]) => names.includes(first) && !rest.some((arg) => forbidden?.test(arg) === true);
}

function systemctlReads(args: readonly string[]): boolean {
  const verb = args.find((arg) => !arg.startsWith('-')) ?? '';
  // An option whose value is a word of its own would hide the real verb.
  const joined = args
    .slice(0, args.indexOf(verb))
    .every((arg) => /^--(?:no-pager|no-legend|plain|full|all|quiet)$|=/.test(arg));
  return joined && systemctlVerbs.includes(verb) && !args.some((arg) => /^-(?:-host|-machine|[HM])/.test(arg));
}

function rpmReads(args: readonly string[]): boolean {
  const [first = ''] = args;
  return (
    /^(?:-q[a-zA-Z]*|--query|-V)$/.test(first) &&
    !args.some((arg) =>
      /^--(?:eval|define|pipe|root|dbpath|load|rcfile|import|rebuilddb|initdb|restore|setperms|setugids|setcaps)/.test(
        arg,
      ),
    )
  );
}

/** `gluster [--mode=script] [--xml] NOUN VERB …`; `heal` only with `info`. */
function glusterReads(args: readonly string[]): boolean {
  const [noun = '', verb = '', ...rest] = args.filter((arg) => !/^--(?:mode=script|xml|timeout=\d+)$/.test(arg));
  const pair = `${noun} ${verb}`;
  if (['peer status', 'pool list', 'volume info', 'volume status', 'volume list', 'volume get'].includes(pair)) {
    return rest.every((arg) => !arg.startsWith('-'));
  }
  if (pair === 'volume heal')
    return rest[1] === 'info' && rest.slice(2).every((arg) => arg === 'summary' || arg === 'split-brain');
  return false;
}
