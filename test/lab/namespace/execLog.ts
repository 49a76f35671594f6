import type { Execution } from '../lab.js';

/**
 * Reads what strace wrote about sshd and everything below it.
 * @param text lines as `17 execve("/bin/sh", ["sh", "-c", "…"], 0x… /* 5 vars *\/) = 0` and `17 clone(…) = 18`
 * @returns the programs in the order in which they were started; those that could not be started are left out
 */
export function parseExecLog(text: string): Execution[] {
  const lines = joinResumed(text.split('\n'));
  const parents = new Map<number, number>();
  for (const { pid, call } of lines) {
    const child = /^(?:clone3?|v?fork)\(.* = (\d+)$/.exec(call)?.[1];
    if (child !== undefined) parents.set(Number(child), pid);
  }
  const images = new Map<number, string>();
  const executions: Execution[] = [];
  for (const { pid, call } of lines) {
    const words = /^execve\("(?:[^"\\]|\\.)*", \[(.*)\], 0x.* = 0$/.exec(call)?.[1];
    if (words === undefined) continue;
    const argv = [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => unescape(word));
    const image = imageOf(pid, images, parents);
    executions.push({ pid, argv, bySshd: isSshd(image) && !isSshd(argv[0] ?? '') });
    images.set(pid, argv[0] ?? '');
  }
  return executions;
}

interface Line {
  readonly pid: number;
  readonly call: string;
}

/** A call that was interrupted by the line of another process stands where it ended. */
function joinResumed(lines: readonly string[]): Line[] {
  const begun = new Map<string, string>();
  return lines.flatMap((line) => {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(call)?.[1];
    if (unfinished !== undefined) begun.set(pid, unfinished);
    if (pid === '' || unfinished !== undefined) return [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call)?.[1];
    return [{ pid: Number(pid), call: resumed === undefined ? call : `${begun.get(pid) ?? ''}${resumed}` }];
  });
}

/** What a process runs: what it started itself, else what its parent ran. */
function imageOf(pid: number, images: ReadonlyMap<number, string>, parents: ReadonlyMap<number, number>): string {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) {
    const image = images.get(at);
    if (image !== undefined) return image;
  }
  return 'sshd';
}

function isSshd(program: string): boolean {
  return /(^|\/)sshd(-session|-auth)?$/.test(program);
}

const letters: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, a: 7, b: 8, e: 27 };

/** As C writes strings; octal numbers are bytes of UTF-8. */
function unescape(word: string): string {
  const bytes: number[] = [];
  for (const [, escaped, plain = ''] of word.matchAll(/\\([0-7]{1,3}|.)|([^\\]+)/gs)) {
    if (escaped === undefined) bytes.push(...Buffer.from(plain));
    else if (/^[0-7]+$/.test(escaped)) bytes.push(parseInt(escaped, 8));
    else bytes.push(letters[escaped] ?? escaped.charCodeAt(0));
  }
  return Buffer.from(bytes).toString('utf8');
}
