import { randomBytes } from 'node:crypto';
import type { ReadRequest } from '../model/step.js';
import type { Limits } from './limits.js';
import { quote, quoteAll } from './quote.js';
import type { Unit } from './units.js';

/** 128 random bits in hexadecimal, new for each script. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** Seconds between asking a program politely to end and killing it: reads, steps. */
export const killAfter = { read: 1, step: 5 } as const;

/**
 * Travels in front of the first script of a shell: a known environment, and the functions that scripts use.
 *
 * - `frame WORDS`: a frame on both streams.
 * - `as_user USER PREFIX COMMAND…`: becomes the command as another user; for subshells. Needs root.
 * - `relay MARKER`: passes lines on until the marker, then closes the pipe, so that what a step left in the background
 *   cannot write any further. A line without end may not eat the memory of the host.
 * - `slow_read TAG SECONDS USER COMMAND…`: see SlowLane.
 * - `kill_group PID PARENT`: kills a read and what it started, unless the number belongs to another process by now.
 */
export function prologue(limits: Limits): string {
  return `cd /
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
QUOTING_STYLE=literal
export PATH LC_ALL QUOTING_STYLE
unset ENV BASH_ENV IFS LANGUAGE
frame() {
printf '\\n%s\\n' "$*"
printf '\\n%s\\n' "$*" >&2
}
as_user() {
stowage_user=$1 stowage_prefix=$2
shift 2
if [ "$(id -u)" != 0 ]; then
printf 'only root can act as another user (%s)\\n' "$stowage_user" >&2
exit 77
fi
stowage_group=$(id -g -- "$stowage_user") || exit 77
case $(setpriv --help 2>&1) in *--reuid*)
exec $stowage_prefix setpriv --reuid "$stowage_user" --regid "$stowage_group" --init-groups -- "$@" ;;
esac
exec $stowage_prefix runuser -u "$stowage_user" -- "$@"
}
relay() {
ulimit -v 262144 2>/dev/null
exec sed -n "/^$1\\$/q;p"
}
slow_read() {
t=$1 s=$2 u=$3
shift 3
{
e=$( {
o=$( {
if [ -n "$u" ]; then (as_user "$u" "timeout -k ${killAfter.read} $s" "$@"); else timeout -k ${killAfter.read} "$s" "$@"; fi </dev/null 5>&-
printf '\\n%s code %d\\n' "$t" "$?" >&5
} | head -c ${limits.output + 1} | base64 -w 2000)
for l in $o; do printf '\\n%s out %s\\n' "$t" "$l" >&5; done
} 2>&1 >/dev/null | head -c ${limits.errorOutput} | base64 -w 2000)
for l in $e; do printf '\\n%s err %s\\n' "$t" "$l"; done
printf '\\n%s end\\n' "$t"
} 5>&1
}
kill_group() {
read -r l <"/proc/$1/stat" || return 0
set -- "$1" "$2" \${l##*") "}
[ "$4" = "$2" ] || return 0
kill -s KILL -- "-$1" || kill -s KILL "$1"
}
${writeFile}`;
}

/**
 * Replaces a file as a whole: `sh -c "$write_file" sh PATH MODE OWNER GROUP BYTES`, the content on stdin. Empty MODE,
 * OWNER, GROUP: as the file that is replaced has them, else 0644 and who writes. A symbolic link is replaced itself. The
 * size is checked because the end of a pipe does not tell whether its writer was killed.
 */
const writeFile = `write_file='
p=$1 m=$2 o=$3 g=$4 t=
fail() { printf "cannot write %s: %s\\n" "$p" "$1" >&2; exit 1; }
d=\${p%/*}
[ -n "$d" ] || d=/
[ ! -d "$p" ] || fail "it is a directory"
[ -d "$d" ] || fail "the directory $d does not exist"
if [ -e "$p" ]; then
s=$(stat -L -c "%a %u %g" -- "$p" 2>&1) || fail "\${s##*: }"
m=\${m:-\${s%% *}}
s=\${s#* }
o=\${o:-\${s% *}}
g=\${g:-\${s#* }}
fi
trap "[ -z \\"\\$t\\" ] || rm -f -- \\"\\$t\\"" EXIT
trap "exit 143" HUP INT TERM
umask 077
t=$(mktemp -- "$d/.stowage.XXXXXXXXXX" 2>&1) || { e=$t t=; fail "\${e##*: }"; }
e=$(cat 2>&1 >"$t") || fail "\${e##*: }"
[ "$(wc -c <"$t")" -eq "$5" ] || fail "its text did not arrive whole"
if [ -n "$o$g" ]; then e=$(chown -- "$o\${g:+:$g}" "$t" 2>&1) || fail "its owner cannot be set: \${e#*: }"; fi
e=$(chmod -- "\${m:-0644}" "$t" 2>&1) || fail "its mode cannot be set: \${e##*: }"
e=$(sync -- "$t" 2>&1) || fail "\${e##*: }"
e=$(mv -fT -- "$t" "$p" 2>&1) || fail "\${e##*: }"
t=
e=$(sync -- "$d" 2>&1) || fail "\${e##*: }"
'
`;

/**
 * Wraps commands as one function that is called at the end: a script that is cut short runs nothing. `return` in the
 * body ends the script. Descriptor 4 is the channel's standard output. The call ends the text, on one line: what the
 * controller sends afterwards is for the `read` of the script, and some shells read their input line by line.
 */
export function wrapScript(nonce: string, body: string): string {
  return `f_${nonce}() {
b_${nonce}() {
${body}
}
frame ${nonce} begin $$
b_${nonce}
frame ${nonce} end
unset -f b_${nonce}
}
f_${nonce} 4>&1; unset -f f_${nonce}
`;
}

/** The quoted words that start what a request asks for. */
export function commandWords(request: ReadRequest): string {
  if ('argv' in request) return quoteArgv(request.argv);
  return scriptWords(request.script, request.args);
}

export function quoteArgv(argv: readonly string[]): string {
  if (argv[0] === undefined || argv[0] === '') throw new Error('a command has no program');
  return quoteAll(argv);
}

/** The quoted words that run a POSIX script with arguments. */
export function scriptWords(script: string, args: readonly string[]): string {
  return `/bin/sh -c ${quote(script)} sh ${quoteAll(args)}`;
}

/** A subshell that becomes a command, under a prefix such as `timeout`, possibly as another user. */
export function subshell(words: string, prefix: string, as: string | undefined): string {
  return `(${becoming(words, prefix, as)})`;
}

function becoming(words: string, prefix: string, as: string | undefined): string {
  return as === undefined ? `exec ${prefix} ${words}` : `as_user ${quote(as)} ${quote(prefix)} ${words}`;
}

/**
 * A fast read: a process group of its own (`timeout` makes one), whose number is told so that the controller can kill it
 * at its deadline. The time on the host is longer: it only ends what hangs when the controller is gone. The read tells
 * its number itself, before it begins: Bash writes a frame line by line, and what a read printed at the same time came in
 * between.
 */
export function fastRead(nonce: string, index: number, unit: Unit, limits: Limits): string {
  const prefix = `timeout -k ${killAfter.read} ${limits.fastDeadline + 2 * limits.grace}`;
  const begun = `read -r p _ </proc/self/stat; printf '\\n%s pid %d\\n' ${nonce} "$p" >&2`;
  return `(${begun}; ${becoming(commandWords(unit.request), prefix, unit.as)}) </dev/null 4>&- &
wait "$!"
frame ${nonce} read ${index} "$?"`;
}

/** A read inside a program: it has its deadline on the host. */
export function timedRead(unit: Unit, limits: Limits): string {
  const prefix = `timeout -k ${killAfter.read} ${deadlineOf(unit, limits)}`;
  return `${subshell(commandWords(unit.request), prefix, unit.as)} </dev/null`;
}

/** Seconds that a read may take. */
export function deadlineOf(unit: Unit, limits: Limits): number {
  return unit.request.slow === true ? limits.slowDeadline : limits.fastDeadline;
}
