import { expect } from 'chai';
import type { Execution } from '../lab.js';
import { parseExecLog } from './execLog.js';

const start = '10 execve("/usr/sbin/sshd", ["/usr/sbin/sshd", "-D"], 0x7ffd /* 5 vars */) = 0';
const sshd: Execution = { pid: 10, argv: ['/usr/sbin/sshd', '-D'], bySshd: false };

const logs: [string, { lines: readonly string[]; gives: readonly Execution[] }][] = [
  ['nothing', { lines: [], gives: [] }],
  [
    'a login shell and what it starts',
    {
      lines: [
        '10 clone(child_stack=NULL, flags=SIGCHLD) = 11',
        '11 execve("/bin/bash", ["bash", "-c", "ls"], 0x7ffd /* 5 vars */) = 0',
        '11 vfork() = 12',
        '12 execve("/bin/ls", ["ls"], 0x7ffd /* 5 vars */) = 0',
      ],
      gives: [
        { pid: 11, argv: ['bash', '-c', 'ls'], bySshd: true },
        { pid: 12, argv: ['ls'], bySshd: false },
      ],
    },
  ],
  [
    'a child that starts its program before its birth is told',
    {
      lines: [
        '10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>',
        '11 execve("/bin/sh", ["sh"], 0x7ffd /* 5 vars */ <unfinished ...>',
        '10 <... clone resumed>, child_tidptr=0x7f0a) = 11',
        '11 <... execve resumed>) = 0',
      ],
      gives: [{ pid: 11, argv: ['sh'], bySshd: true }],
    },
  ],
  [
    'a program that is not there',
    { lines: ['10 execve("/bin/no", ["no"], 0x7ffd /* 5 vars */) = -1 ENOENT (No such file or directory)'], gives: [] },
  ],
  [
    'words with quotes, line feeds and other alphabets',
    {
      lines: [
        String.raw`10 execve("/bin/echo", ["echo", "a \"b\", c", "\303\244\n\\n", "", "], 0x"], 0x7ffd /* 5 vars */) = 0`,
      ],
      gives: [{ pid: 10, argv: ['echo', 'a "b", c', 'ä\n\\n', '', '], 0x'], bySshd: true }],
    },
  ],
  ['a line that strace has not ended yet', { lines: ['10 execve("/bin/sh", ["sh"'], gives: [] }],
];

describe('the log of programs that strace wrote', () => {
  for (const [title, { lines, gives }] of logs) {
    it(`is read: ${title}`, () => expect(parseExecLog([start, ...lines].join('\n'))).to.deep.equal([sshd, ...gives]));
  }
});
