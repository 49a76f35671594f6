import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Sink } from '../report/reporter.js';

/** How the user wants output to look; flags of every command. */
export interface Look {
  readonly color?: 'auto' | 'always' | 'never';
  readonly ascii?: boolean;
}

/** The two streams and what is known of who sits there. */
export interface Terminal {
  readonly out: Sink;
  readonly err: Sink;
  /** Whether a question can be asked. */
  readonly interactive: boolean;
  readonly errIsTty: boolean;
  /** Asks for y or n on stderr; anything but y is no, and so are the end of the input and `signal`. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
}

type Stream = NodeJS.WriteStream;

export function createTerminal(look: Look): Terminal {
  const { env } = process;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const unicode = look.ascii !== true && /utf-?8/i.test(locale);
  const interactive = process.stdin.isTTY && process.stderr.isTTY && !env['CI'];
  return {
    out: sinkOf(process.stdout, look, unicode),
    err: sinkOf(process.stderr, look, unicode),
    interactive,
    errIsTty: process.stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'],
    async confirm(question, signal) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      // A terminal in line editing sends no signal: Ctrl-C is to mean the same here as everywhere else.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      const ended = once(lines, 'close').then(() => '');
      try {
        const asked = lines.question(`${question} [y/N] `, { signal }).catch(() => '');
        const answer = await Promise.race([asked, ended]);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        lines.close();
      }
    },
  };
}

function sinkOf(stream: Stream, look: Look, unicode: boolean): Sink {
  return {
    write: (text) => void stream.write(text),
    get columns() {
      return stream.isTTY ? stream.columns : 120;
    },
    get rows() {
      return stream.isTTY ? stream.rows : 40;
    },
    colour: wantsColour(stream, look.color ?? 'auto'),
    unicode,
  };
}

/** Flag > NO_COLOR > FORCE_COLOR > whether a terminal that knows colours is there. */
function wantsColour(stream: Stream, wish: 'auto' | 'always' | 'never'): boolean {
  if (wish !== 'auto') return wish === 'always';
  const { env } = process;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY && env['TERM'] !== 'dumb';
}
