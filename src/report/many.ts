import type { StampedEvent } from '../model/event.js';
import { lineWidth } from './layout.js';
import { manyFrame } from './manyFrame.js';
import { advance, startProgress } from './progress.js';
import type { Progress } from './progress.js';
import type { Reporter, Sink } from './reporter.js';
import { createStyle } from './style.js';
import type { Line } from './style.js';
import type { Ticker } from './ticker.js';

/** Ten pictures a second are fluent enough; events only change what the next one shows. */
const frameTime = 100;

/**
 * Shows a run on many hosts as one picture that is drawn again in place. It costs the same however many events come:
 * they are folded as they arrive and drawn at most ten times a second, and only when something moved.
 */
export function createManyReporter(sink: Sink, ticker: Ticker): Reporter {
  const screen = createScreen(sink);
  let progress: Progress | undefined;
  let stop: (() => void) | undefined;
  const draw = (): void => {
    if (progress === undefined) return;
    const size = { columns: sink.columns, rows: sink.rows };
    screen.draw(manyFrame(progress, ticker.now(), size, createStyle(sink)));
  };
  const end = (): void => {
    stop?.();
    stop = undefined;
    progress = undefined;
  };
  return {
    handle: (stamped: StampedEvent) => {
      if (stamped.event.type === 'run.start') {
        progress = startProgress(stamped.event, stamped.time);
        draw();
        stop ??= ticker.every(frameTime, draw);
      } else if (stamped.event.type === 'run.end') {
        // The recap says all of it in full; the picture gives way.
        screen.clear();
        end();
      } else if (progress !== undefined) {
        advance(progress, stamped);
      }
    },
    close: () => {
      // Without `run.end` the run broke: the last picture stays, it says how far it came.
      draw();
      end();
      return Promise.resolve();
    },
  };
}

/** Draws lines in place of those it drew before. */
interface Screen {
  draw(lines: readonly Line[]): void;
  clear(): void;
}

function createScreen(sink: Sink): Screen {
  let shown: readonly number[] = [];
  let last = '';
  const rewind = (): string => {
    // When the terminal was made narrower, what was drawn takes more rows now.
    let rows = 0;
    for (const width of shown) rows += Math.max(1, Math.ceil(width / Math.max(1, sink.columns)));
    return rows === 0 ? '' : `\x1b[${String(rows)}F\x1b[J`;
  };
  return {
    draw: (lines) => {
      const text = createStyle(sink).print(lines);
      if (text === last) return;
      sink.write(`${rewind()}${text}`);
      shown = lines.map(lineWidth);
      last = text;
    },
    clear: () => {
      if (shown.length > 0) sink.write(rewind());
      shown = [];
      last = '';
    },
  };
}
