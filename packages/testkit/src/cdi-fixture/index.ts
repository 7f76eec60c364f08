export { type CdiFixture, type CdiFixtureOptions, createCdiFixture } from './create.ts';
export { buildShim, type Compile, type CuInit } from './libcuda-shim.ts';
