/** Remembers how the process should end; the entry reads it after oclif is done. */
export function requestExit(status: number): void {
  process.exitCode = status;
}
