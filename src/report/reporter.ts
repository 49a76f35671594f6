import type { StampedEvent } from '../model/event.js';

/** Shows a run. It cannot influence it. */
export interface Reporter {
  handle(stamped: StampedEvent): void;
  /** Called after `run.end`, or when the run broke; restores the terminal. */
  close(): Promise<void>;
}

/** Where a reporter writes: stdout or stderr with what is known about it. */
export interface Sink {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  /** Whether the locale can show symbols outside ASCII. */
  readonly unicode: boolean;
}
