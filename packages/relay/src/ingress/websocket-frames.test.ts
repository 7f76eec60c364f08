import { describe, expect, it } from 'vitest';
import { closeFrame, FrameFollower, SERVICE_RESTART } from './websocket-frames.ts';

const frame = (opcode: number, length: number, { masked = false } = {}): Buffer => {
  const mask = masked ? 0x80 : 0;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, mask | length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, mask | 126, length >> 8, length & 0xff])
        : Buffer.from([
            0x80 | opcode,
            mask | 127,
            0,
            0,
            0,
            0,
            ...[24, 16, 8, 0].map((shift) => (length >> shift) & 0xff),
          ]);
  // Content that looks like a close frame, for a follower that lost count.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), Buffer.alloc(length, 0x88)]);
};

const follow = (bytes: Buffer, pieceSize: number): FrameFollower => {
  const follower = new FrameFollower();
  for (let at = 0; at < bytes.length; at += pieceSize) follower.write(bytes.subarray(at, at + pieceSize));
  return follower;
};

describe('FrameFollower', () => {
  const lengths = [0, 1, 125, 126, 65_535, 65_536];

  it.each(lengths)('knows where a frame of %i bytes ends, however its bytes are cut', (length) => {
    for (const masked of [false, true]) {
      const bytes = Buffer.concat([frame(1, length, { masked }), frame(2, 3)]);
      for (const size of [1, 2, 7, bytes.length]) {
        expect(follow(bytes, size)).toMatchObject({ between: true, closed: false });
        expect(follow(bytes.subarray(0, -1), size).between).toBe(false);
      }
    }
  });

  it('sees a close frame, and its own is one', () => {
    expect(follow(Buffer.concat([frame(1, 5), frame(8, 2)]), 3).closed).toBe(true);
    expect(follow(closeFrame(SERVICE_RESTART, 'restarting'), 1)).toMatchObject({ between: true, closed: true });
  });
});
