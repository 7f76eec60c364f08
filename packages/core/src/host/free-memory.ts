const TOTAL = /^MemTotal:\s+(\d+) kB$/m;
const AVAILABLE = /^MemAvailable:\s+(\d+) kB$/m;
const KIB = 1024;

/**
 * What the engine's machine could still give, in bytes, by this machine's `/proc/meminfo`. `undefined` when the engine
 * counts another memory as its own: it runs in a virtual machine or elsewhere, and nothing here says what is free there.
 */
export const freeMemoryOf = (engineBytes: number, meminfo: string | undefined): number | undefined => {
  const total = Number(TOTAL.exec(meminfo ?? '')?.[1]);
  const available = Number(AVAILABLE.exec(meminfo ?? '')?.[1]);
  return total * KIB === engineBytes && Number.isFinite(available) ? available * KIB : undefined;
};
