const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes for people, in units of 1024 with three digits: `512 B`, `58.1 GiB`, `1.22 TiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** How full something is, in whole percent; 100 only when nothing is left, 0 only when nothing is used. */
export function percentUsed(used: number, available: number): number {
  const total = used + available;
  if (total <= 0 || used <= 0) return 0;
  if (available <= 0) return 100;
  return Math.min(99, Math.max(1, Math.round((used / total) * 100)));
}

/** A duration for people: `240 ms`, `3.1 s`, `42 s`, `4 min 07 s`, `1 h 02 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${String(Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${twoDigits(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`;
}

/** A running clock: `00:48`, `1:02:07`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = `${twoDigits(Math.floor(whole / 60) % 60)}:${twoDigits(whole % 60)}`;
  return whole < 3600 ? minutes : `${String(Math.floor(whole / 3600))}:${minutes}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A number with its noun: `1 host`, `3 hosts`, `2 entries`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${String(number)} ${number === 1 ? noun : plural}`;
}

/** `1 line`, `12 lines`, `empty`: how much text there is. A final line break does not begin a line. */
export function lineCount(text: string): string {
  if (text === '') return 'empty';
  const breaks = text.split('\n').length - 1;
  return count(text.endsWith('\n') ? breaks : breaks + 1, 'line');
}
