import { defineFact, defineHostFact, param, readFailed } from 'stowage/module';
import type { Fact, HostFact, RunResult } from 'stowage/module';

export interface Account {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** Its primary group; the number as text where the group has no name. */
  readonly group: string;
}

/** Prints the first of the accounts that exists, with the entry of its group. getent answers 2 for "there is none". */
const firstAccount = `
for name do
  entry=$(getent passwd "$name"); code=$?
  [ $code = 2 ] && continue
  [ $code = 0 ] || exit $code
  rest=\${entry#*:*:*:}
  group=$(getent group "\${rest%%:*}") || [ $? = 2 ] || exit 3
  printf '%s\\n%s\\n' "$entry" "$group"
  exit 0
done
exit 0
`;

/** The account with this name, or null. */
export const account: Fact<Account | null, readonly [user: string]> = defineFact({
  name: 'account',
  summary: 'User and group ids of an account',
  request: ([user]) => ({ script: firstAccount, args: [user] }),
  parse: (reply, [user]) => parseAccount(reply, `cannot look up the user ${user}`),
});

export interface QemuFact {
  readonly user: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly group: string | null;
}

/** The account that runs the guests: `facts.qemu`. All its fields are null where there is none. */
export const qemu: HostFact<QemuFact> = defineHostFact({
  name: 'qemu',
  summary: 'The account that runs the guests: qemu or libvirt-qemu; null where there is none',
  shape: param.object({
    user: param.nullable(param.string('Its name')),
    uid: param.nullable(param.integer('Its number')),
    gid: param.nullable(param.integer('The number of its group')),
    group: param.nullable(param.string('The name of its group')),
  }),
  request: () => ({ script: firstAccount, args: ['qemu', 'libvirt-qemu'] }),
  parse: (reply) =>
    parseAccount(reply, 'cannot look up the qemu user') ?? { user: null, uid: null, gid: null, group: null },
});

/** The number of a user by name; null when the host has no such user. */
export const userId: Fact<number | null, readonly [name: string]> = idFact('userId', 'passwd', 'user');
/** The number of a group by name; null when the host has no such group. */
export const groupId: Fact<number | null, readonly [name: string]> = idFact('groupId', 'group', 'group');

/** The number of the user that looks. */
export const shellUid: Fact<number, readonly []> = defineFact({
  name: 'shellUid',
  summary: 'The number of the user that looks',
  request: () => ({ argv: ['id', '-u'] }),
  parse(reply) {
    if (reply.code !== 0 || !/^\d+\n?$/.test(reply.stdout)) throw readFailed('cannot tell the own user', reply);
    return Number(reply.stdout);
  },
});

function idFact(name: string, database: 'passwd' | 'group', word: string): Fact<number | null, readonly [string]> {
  const script = `
for name do
  entry=$(getent ${database} "$name"); code=$?
  [ $code = 2 ] && continue
  [ $code = 0 ] || exit 3
  rest=\${entry#*:*:}
  printf '%s\\0%s\\0' "$name" "\${rest%%:*}"
done
exit 0
`;
  return defineFact({
    name,
    summary: `The number of a ${word} by name`,
    request: ([entry]) => ({ script, args: [entry], each: true }),
    parse(reply, [entry]) {
      if (reply.code === 1) return null;
      if (reply.code !== 0 || !/^\d+$/.test(reply.stdout))
        throw readFailed(`cannot look up the ${word} ${entry}`, reply);
      return Number(reply.stdout);
    },
  });
}

function parseAccount(reply: RunResult, what: string): Account | null {
  if (reply.code !== 0) throw readFailed(what, reply);
  if (reply.stdout === '') return null;
  const [entry = '', groupEntry = ''] = reply.stdout.split('\n');
  const [user = '', , uid = '', gid = ''] = entry.split(':');
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) throw readFailed(what, { ...reply, stderr: `odd entry: ${entry}` });
  const [group = ''] = groupEntry.split(':');
  return { user, uid: Number(uid), gid: Number(gid), group: group === '' ? gid : group };
}
