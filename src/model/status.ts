/** How a storage object stands: all of it right, some of it, none of it, or not known. */
export type StatusState = 'ok' | 'partial' | 'failed' | 'unknown';

/** One object on one host. What could not be read is null, never 0 and never empty. */
export interface HostStatus {
  readonly host: string;
  readonly state: StatusState;
  /** What the last look said, in words. */
  readonly message: string;
  /** What is to be said even when the state is `ok`: what that does not cover. */
  readonly note?: string;
  readonly used: number | null;
  readonly available: number | null;
}

/** A storage, volume or file in the guide's tree. Sizes are in bytes. */
export interface StatusNode {
  readonly kind: 'image_storage' | 'media_storage' | 'direct_storage' | 'volume' | 'image' | 'iso' | 'fvm' | 'disk';
  readonly name: string;
  /** `OCFS2`, `Gluster`, `External` for volumes. */
  readonly type?: string;
  readonly state: StatusState;
  readonly message: string;
  readonly mountPoint?: string;
  readonly size?: number;
  /** Last change of a file, ISO 8601. */
  readonly modified?: string;
  readonly hosts: readonly HostStatus[];
  readonly children: readonly StatusNode[];
}

/** The guide's tree with the time of the look. */
export interface StatusReport {
  readonly format: 1;
  readonly time: string;
  readonly hosts: readonly { readonly host: string; readonly reachable: boolean; readonly message: string }[];
  readonly imageStorages: readonly StatusNode[];
  readonly mediaStorages: readonly StatusNode[];
  readonly directStorages: readonly StatusNode[];
}
