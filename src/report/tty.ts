import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Event, StampedEvent } from '../model/event.js';
import { rowLines } from './ttyRow.js';
import { advance, startProgress } from './progress.js';
import type { Progress } from './progress.js';
import type { Reporter, Sink } from './reporter.js';
import { createStyle } from './style.js';
import type { Ticker } from './ticker.js';

/** At most eight updates a second of each row. */
const updateTime = 125;

/** Draws rows as they are, on any sink that the caller calls a terminal, whatever stdout of the process is. */
class RowRenderer extends DefaultRenderer {
  static override nonTTY = true;

  protected override style(): string {
    return '';
  }

  protected override format(message: string): string[] {
    return message.split('\n');
  }
}

/** A run while it is shown. */
interface Live {
  readonly progress: Progress;
  /** Ends the rows and resolves when the terminal is as it was. */
  end(): Promise<void>;
}

/**
 * Shows a run on a few hosts: one row a host with what it does. listr2 only draws; the rows end when the engine says
 * so, and it neither catches signals nor runs anything. Wait for `close` before you print below it.
 */
export function createTtyReporter(sink: Sink, ticker: Ticker): Reporter {
  let live: Live | undefined;
  return {
    handle: (stamped: StampedEvent) => {
      if (stamped.event.type === 'run.start') live ??= startLive(sink, ticker, stamped.event, stamped.time);
      else if (live !== undefined) advance(live.progress, stamped);
    },
    close: async () => {
      const shown = live;
      live = undefined;
      await shown?.end();
    },
  };
}

function startLive(sink: Sink, ticker: Ticker, event: Extract<Event, { type: 'run.start' }>, time: string): Live {
  const progress = startProgress(event, time);
  const style = createStyle(sink);
  const title = `${event.mode} ${event.playbook}`;
  sink.write(style.print([style.line({ text: title, tone: 'strong' }), style.line()]));
  const text = (host: string): string => {
    const now = createStyle(sink);
    return now.print(rowLines(progress, host, ticker.now(), now)).trimEnd();
  };
  // The promises exist before listr2 starts its rows: it does so late, when hosts may have ended already.
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const list = new Listr(
    event.hosts.map((host) => ({ title: text(host), task: () => released })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: RowRenderer,
      rendererOptions: { lazy: true, logger: new ListrLogger({ processOutput: outputOf(sink) }) },
    },
  );
  const finished = list.run();
  // Rows that still say the same are left alone: a new title draws all rows again.
  const refresh = (): void => {
    for (const [index, host] of event.hosts.entries()) {
      const task = list.tasks[index];
      const next = text(host);
      if (task !== undefined && task.title !== next) task.title$ = next;
    }
  };
  const stop = ticker.every(updateTime, refresh);
  const end = async (): Promise<void> => {
    stop();
    refresh();
    release();
    await finished;
  };
  return { progress, end };
}

function outputOf(sink: Sink): ProcessOutput {
  const stream = {
    columns: sink.columns,
    rows: sink.rows,
    write: (text: string) => {
      sink.write(text);
      return true;
    },
  };
  // Of a stream listr2 and its log-update use these three only; the test on a fake sink runs all that they do.
  return new ProcessOutput(stream as unknown as NodeJS.WriteStream, { ...stream } as unknown as NodeJS.WriteStream);
}
