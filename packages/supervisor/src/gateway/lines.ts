const MAX_LINE = 8 * 1024;

/** Cuts a byte stream into lines of bounded length; a longer one is cut, its rest thrown away. */
export class LineSplitter {
  private pending = '';
  private cut = false;
  private readonly decoder = new TextDecoder();
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    const parts = this.decoder.decode(chunk, { stream: true }).split('\n');
    parts.forEach((part, index) => {
      if (!this.cut) {
        this.pending += part;
        if (this.pending.length > MAX_LINE) {
          this.pending = `${this.pending.slice(0, MAX_LINE)} [cut]`;
          this.cut = true;
        }
      }
      if (index < parts.length - 1) this.flush();
    });
  }

  /** What came last without a line feed. */
  end(): void {
    if (this.pending !== '') this.flush();
  }

  private flush(): void {
    this.onLine(this.pending.endsWith('\r') ? this.pending.slice(0, -1) : this.pending);
    this.pending = '';
    this.cut = false;
  }
}

/** The last lines, in order. */
export class LastLines {
  private lines: string[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(line: string): void {
    this.lines = [...this.lines, line.slice(0, 1_000)].slice(-this.limit);
  }

  all(): string[] {
    return [...this.lines];
  }
}
