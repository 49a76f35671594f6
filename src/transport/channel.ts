/** A running remote command: three byte streams. Listeners are set once, before the first write. */
export interface Channel {
  /** Does nothing once the channel is closed; `onClose` tells. */
  write(data: string): void;
  onStdout(listener: (chunk: Buffer) => void): void;
  onStderr(listener: (chunk: Buffer) => void): void;
  /**
   * Called once, after the last data, also when it was closed from here. `reason` says in words why it ended; `exited`
   * whether the command ended by itself, so that it is not known of a connection that broke.
   */
  onClose(listener: (reason: string, exited: boolean) => void): void;
  /** Ends it; what runs on the host is not killed. */
  close(): void;
}

/** A way to start commands on one host: an SSH connection, or the machine itself. */
export interface Link {
  /** @throws RunnerError CONNECTION_LOST when the link is gone or the host opens no further channel */
  open(command: string): Promise<Channel>;
  close(): Promise<void>;
}
