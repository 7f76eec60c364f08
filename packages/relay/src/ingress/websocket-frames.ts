const CLOSE = 0x8;

/**
 * Follows the frames that one side of a WebSocket sends (RFC 6455, section 5.2), reading nothing but their heads: whether
 * a frame of ours could stand here, and whether that side has said goodbye itself.
 */
export class FrameFollower {
  private head: number[] = [];
  private left = 0n;
  private sawClose = false;

  /** Between two frames; inside one, whatever is put in would be taken for its content. */
  get between(): boolean {
    return this.left === 0n && this.head.length === 0;
  }

  get closed(): boolean {
    return this.sawClose;
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.left > 0n) {
        const here = chunk.length - at;
        const taken = this.left < BigInt(here) ? Number(this.left) : here;
        this.left -= BigInt(taken);
        at += taken;
        continue;
      }
      this.head.push(chunk[at] ?? 0);
      at += 1;
      this.readHead();
    }
  }

  private readHead(): void {
    const [first, second, ...rest] = this.head;
    if (first === undefined || second === undefined) return;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = (second & 0x80) === 0 ? 0 : 4;
    if (rest.length < lengthBytes + maskBytes) return;
    this.sawClose ||= (first & 0x0f) === CLOSE;
    this.left =
      lengthBytes === 0
        ? BigInt(short)
        : rest.slice(0, lengthBytes).reduce((length, byte) => (length << 8n) | BigInt(byte), 0n);
    this.head = [];
  }
}

/** Registered close codes: the other side goes away for good, or is started anew and may be called again at once. */
export const GOING_AWAY = 1001;
export const SERVICE_RESTART = 1012;

/** A close frame as a server sends it: not masked. */
export const closeFrame = (code: number, reason: string): Buffer => {
  const text = Buffer.from(reason).subarray(0, 123);
  return Buffer.concat([Buffer.from([0x80 | CLOSE, 2 + text.length, code >> 8, code & 0xff]), text]);
};
