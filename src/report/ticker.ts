/** The clock and the timer of a reporter, so that tests have their own. */
export interface Ticker {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `tick` again and again until the returned function is called. */
  every(milliseconds: number, tick: () => void): () => void;
}

/** The clock and the timers of the process. They do not keep it alive. */
export const systemTicker: Ticker = {
  now: () => Date.now(),
  every: (milliseconds, tick) => {
    const timer = setInterval(tick, milliseconds);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  },
};
