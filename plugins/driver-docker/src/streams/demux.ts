/**
 * Takes the engine's multiplexed stream apart: frames of 8 bytes header (kind, 0, 0, 0, length big-endian) and payload.
 * Payloads are passed on as they arrive, without waiting for whole frames and without copying, so that the work is
 * linear in what flows; docker-modem's own copies quadratically and never ends its outputs.
 */
export const createDemux = (sinks: {
  stdout: (chunk: Buffer) => void;
  stderr: (chunk: Buffer) => void;
}): ((chunk: Buffer) => void) => {
  const header = Buffer.alloc(8);
  let headerBytes = 0;
  let payloadBytes = 0;
  let sink = sinks.stdout;

  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      if (payloadBytes === 0) {
        const taken = Math.min(8 - headerBytes, chunk.length - offset);
        chunk.copy(header, headerBytes, offset, offset + taken);
        headerBytes += taken;
        offset += taken;
        if (headerBytes < 8) return;
        headerBytes = 0;
        payloadBytes = header.readUInt32BE(4);
        sink = sinkOf(header[0]!, sinks);
        continue;
      }
      const taken = Math.min(payloadBytes, chunk.length - offset);
      sink(chunk.subarray(offset, offset + taken));
      payloadBytes -= taken;
      offset += taken;
    }
  };
};

const sinkOf = (
  kind: number,
  sinks: { stdout: (chunk: Buffer) => void; stderr: (chunk: Buffer) => void },
): ((chunk: Buffer) => void) => {
  // 0 is stdin echoed, 3 the engine's own error text.
  if (kind === 0 || kind === 1) return sinks.stdout;
  if (kind === 2 || kind === 3) return sinks.stderr;
  throw new Error(`the engine's stream is not multiplexed as it should be (frame kind ${kind})`);
};
