import type { Event, StampedEvent } from '../model/event.js';
import type { Graph } from '../model/graph.js';
import type { Catalog } from '../module/define.js';
import type { Connect } from '../transport/connection.js';

/** What every part of a run may use. */
export interface RunContext {
  readonly graph: Graph;
  readonly catalog: Catalog;
  readonly connect: Connect;
  readonly emit: (event: Event) => void;
  /** Aborted when the user wants to stop: nothing new is started, what runs is finished. */
  readonly signal: AbortSignal;
  /** How many connections are being made at the same time; those that are made stay open. */
  readonly forks: number;
  /** Seconds that a step may take when neither it nor its task says otherwise. */
  readonly stepTimeout: number;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

/** Makes `emit`: numbers events, stamps them with `now` and hands them to every listener. */
export function createEmitter(
  listeners: readonly ((stamped: StampedEvent) => void)[],
  now: () => Date,
): (event: Event) => void {
  let seq = 0;
  return (event) => {
    const stamped = { seq: seq++, time: now().toISOString(), event };
    for (const listener of listeners) listener(stamped);
  };
}

/** Lets at most `limit` calls run at the same time, in the order of calling. */
export function createLimiter(limit: number): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
