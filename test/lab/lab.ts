/** How a command ended. */
export interface LabResult {
  /** The exit code; 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One host of a lab. Everything but SSH reaches it from outside, so that a test sees what is really there. */
export interface LabHost {
  /** The name in the inventory and what `uname -n` says. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Runs a program as the host's root without SSH, stdin empty. A program that fails is a result, not an error. */
  run(argv: readonly string[]): Promise<LabResult>;
  /**
   * Lists what the host could have written: its mounts and every file of its own file systems with type, mode, owner,
   * size, times of change in nanoseconds, inode and SHA-256. Equal texts mean that nothing was written in between.
   */
  snapshot(): Promise<string>;
  /** Closes the SSH port and drops all connections, as a host that went down does. */
  stopSsh(): Promise<void>;
  /** Opens the same port again, with the same host key. Does nothing when it is open. */
  startSsh(): Promise<void>;
  /** Cuts all SSH connections without a word; the host stays up, and what runs there goes on. */
  dropConnections(): void;
  /** Every command that came by SSH since the lab started, in order. */
  execs(): readonly string[];
}

/**
 * A host of a lab with networks of its own, and what can go wrong with one. A fault stays until `heal`, or until another
 * one of the network takes its place. Each call resolves when the fault is there.
 */
export interface FaultyHost extends LabHost {
  /**
   * Takes the link down, as a pulled cable does. A neighbour that learns it gives new connections `no route to host`, in
   * 3 s or much later; until then they have no answer.
   */
  cut(): Promise<void>;
  /**
   * Drops every packet from and to the host, while its neighbours still see it: nothing is ever answered.
   * @param ms heals itself after so many milliseconds, and resolves then. Absent = stays
   */
  blackhole(ms?: number): Promise<void>;
  /**
   * Answers every segment to port 22 with a TCP reset. A connection that is open ends with the next data, whoever sends
   * it; sshd is told when it sends.
   */
  reset(): Promise<void>;
  /**
   * Holds all data of connections that begin from now on back by so many milliseconds each way. The host sees them come
   * from 127.0.0.1; making the connection itself takes no longer. They end when this fault does.
   */
  delay(ms: number): Promise<void>;
  /** Stops the processes of sshd that serve the present connections. The kernel of the host still acknowledges data. */
  freeze(): void;
  thaw(): void;
  /** Puts a full file system of its own over a directory, with what was in it before. `heal` takes both away. */
  fullDisk(path: string): Promise<void>;
  /** Takes all faults away. A connection that was cut may go on. */
  heal(): Promise<void>;
  /**
   * Gives sshd further settings in place of those of the last call and starts it again; connections stay.
   * @throws Error with the words of sshd when it does not like them
   */
  sshd(settings: Readonly<Record<string, string | number>>): Promise<void>;
  /** What sshd and sudo wrote about logins and commands so far. */
  authLog(): Promise<string>;
  /**
   * Every program that a connection started on the host, directly or not, as the kernel saw it, in order.
   * @throws Error when the lab was not started with `execLog`
   */
  executions(): readonly Execution[];
}

/** A program that was started on a host. */
export interface Execution {
  /** In the host's numbering. */
  readonly pid: number;
  readonly argv: readonly string[];
  /** Whether sshd started it itself: the login shell of a channel, mostly `[SHELL, '-c', COMMAND]`. */
  readonly bySshd: boolean;
}

export interface Lab {
  readonly hosts: readonly LabHost[];
  /** Whether the hosts have users besides root; with `one` nothing about the access of another user can be proved. */
  readonly uids: 'range' | 'one';
  /** Holds everything below; removed by `stop`. */
  readonly dir: string;
  /** YAML with the group `hypervisors`. */
  readonly inventoryFile: string;
  readonly knownHostsFile: string;
  /** The private key that logs in as root. */
  readonly keyFile: string;
  /** A `stowage.yml` that names the files above. */
  readonly configFile: string;
  /** Ends every process of the lab and removes its mounts and files. Does nothing the second time. */
  stop(): Promise<void>;
}

/** @throws Error when the lab has no host of this name */
export function hostOf<Host extends LabHost>(lab: { readonly hosts: readonly Host[] }, name: string): Host {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`the lab has no host ${name}`);
  return host;
}
