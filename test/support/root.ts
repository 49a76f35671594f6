/** Skips a test that needs root, and says so. */
export function needsRoot(context: Mocha.Context): void {
  if (process.getuid?.() === 0) return;
  console.log('    not run: it becomes other users, which only root may');
  context.skip();
}
