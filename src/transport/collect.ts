/** Gathers the output of one command up to a cap. */
export interface Collector {
  add(chunk: Buffer): void;
  /** Bytes that arrived, kept or not. */
  size(): number;
  /** What was kept. */
  bytes(): Buffer;
}

/** Keeps the first `cap` bytes. */
export function collectHead(cap: number): Collector {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      const room = cap - size;
      size += chunk.length;
      if (room > 0) chunks.push(chunk.subarray(0, room));
    },
    size: () => size,
    bytes: () => Buffer.concat(chunks),
  };
}

/** Keeps the first and the last half of `cap` bytes, and notes between them how much was left out. */
export function collectHeadAndTail(cap: number): Collector {
  const half = Math.floor(cap / 2);
  const head = collectHead(half);
  let tail: Buffer[] = [];
  let tailSize = 0;
  let size = 0;
  return {
    add(chunk) {
      const room = Math.max(0, half - size);
      size += chunk.length;
      head.add(chunk);
      const late = chunk.subarray(room);
      if (late.length === 0) return;
      tail.push(late);
      tailSize += late.length;
      // Compacted only now and then, so that the cost stays linear.
      if (tailSize > cap * 2) {
        tail = [Buffer.concat(tail).subarray(-half)];
        tailSize = half;
      }
    },
    size: () => size,
    bytes() {
      const end = Buffer.concat(tail);
      if (size <= cap) return Buffer.concat([head.bytes(), end]);
      const note = Buffer.from(`\n[… ${size - 2 * half} bytes left out …]\n`);
      return Buffer.concat([head.bytes(), note, end.subarray(-half)]);
    },
  };
}
