import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { DiagnosticCode } from '../model/diagnostic.js';

/** Why a file could not be read. */
export interface FileTrouble {
  readonly code: Extract<DiagnosticCode, 'FILE_NOT_FOUND' | 'FILE_TOO_LARGE'>;
  /** One sentence that names the file. */
  readonly message: string;
}

export type PathKind = 'file' | 'folder' | 'other' | 'missing';

/** All that loading sees of the disk. Paths are absolute or relative to the working directory. */
export interface FileSource {
  read(file: string): Promise<{ readonly bytes: Uint8Array } | { readonly error: FileTrouble }>;
  /** Names in a folder, sorted; empty when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  kind(file: string): Promise<PathKind>;
  /** SHA-256 (hex) of every file read so far, by path relative to the working directory. */
  digests(): Readonly<Record<string, string>>;
}

const largest = 1024 * 1024;

/** Reads from the disk. @param cwd the absolute working directory */
export function diskFiles(cwd: string): FileSource {
  const digests = new Map<string, string>();
  return {
    async read(file) {
      const absolute = path.resolve(cwd, file);
      const result = await readRegular(absolute, file);
      if ('bytes' in result) {
        digests.set(path.relative(cwd, absolute), createHash('sha256').update(result.bytes).digest('hex'));
      }
      return result;
    },
    async list(folder) {
      try {
        return (await readdir(path.resolve(cwd, folder))).sort();
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
        throw error;
      }
    },
    async kind(file) {
      try {
        const stats = await stat(path.resolve(cwd, file));
        if (stats.isFile()) return 'file';
        return stats.isDirectory() && !(await leadsBack(path.resolve(cwd, file))) ? 'folder' : 'other';
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return 'missing';
        return 'other';
      }
    },
    digests: () => Object.fromEntries([...digests].sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}

async function readRegular(absolute: string, file: string): ReturnType<FileSource['read']> {
  try {
    // O_NONBLOCK: opening a FIFO must not wait for a writer; the check comes after opening so that nothing is swapped.
    const handle = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) {
        const back = await leadsBack(absolute);
        return notFound(`${file} ${back ? 'is a link to a folder that it is in' : 'is a folder'}`);
      }
      if (!stats.isFile()) return notFound(`${file} is not a regular file`);
      return await readBounded(handle, file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return notFound(`${file} ${reasons[codeOf(error)] ?? `cannot be read (${codeOf(error)})`}`);
  }
}

/** Whether a folder is a link to one that holds the link: going down there would never end. */
async function leadsBack(folder: string): Promise<boolean> {
  if (!(await lstat(folder)).isSymbolicLink()) return false;
  const [target, parent] = await Promise.all([realpath(folder), realpath(path.dirname(folder))]);
  return `${parent}/`.startsWith(target === '/' ? '/' : `${target}/`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read: permission denied',
  ELOOP: 'is a circle of symbolic links',
};

async function readBounded(handle: FileHandle, file: string): ReturnType<FileSource['read']> {
  const buffer = Buffer.alloc(largest + 1);
  let length = 0;
  while (length <= largest) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return { bytes: buffer.subarray(0, length) };
    length += bytesRead;
  }
  return { error: { code: 'FILE_TOO_LARGE', message: `${file} is larger than 1 MiB` } };
}

function notFound(message: string): { readonly error: FileTrouble } {
  return { error: { code: 'FILE_NOT_FOUND', message } };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
