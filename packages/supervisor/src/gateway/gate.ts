/** Whether connections may pass, and to which listening socket: open only while that socket is proved to be the gateway's. */
export class Gate {
  private current: string | undefined;
  private readonly waiting = new Set<() => void>();
  private readonly closing = new Set<() => void>();

  /** Inode of the verified listener; `undefined` while nothing may pass. */
  get inode(): string | undefined {
    return this.current;
  }

  open(inode: string): void {
    this.current = inode;
    for (const tell of [...this.waiting]) tell();
  }

  close(): void {
    if (this.current === undefined) return;
    this.current = undefined;
    for (const tell of [...this.closing]) tell();
  }

  /** Called each time that it opens. */
  onOpen(tell: () => void): () => void {
    this.waiting.add(tell);
    return () => this.waiting.delete(tell);
  }

  /** Called each time that it closes. */
  onClose(tell: () => void): () => void {
    this.closing.add(tell);
    return () => this.closing.delete(tell);
  }
}
