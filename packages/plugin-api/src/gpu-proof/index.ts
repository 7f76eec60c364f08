export type { GpuRemedies } from './conclude.ts';
export { gpuProof } from './prove.ts';
