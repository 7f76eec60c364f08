/** What is before the first `--` is ours, all after it is the command's, further `--` included. */
export function splitExec(argv: readonly string[]): { own: string[]; command: string[] } {
  const at = argv.indexOf('--');
  return at === -1 ? { own: [...argv], command: [] } : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}
