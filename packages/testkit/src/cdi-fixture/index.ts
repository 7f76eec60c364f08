export { type CdiFixture, type CdiFixtureOptions, createCdiFixture } from './create.ts';
export type { Compile, CuInit } from './libcuda-shim.ts';
