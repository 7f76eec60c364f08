export { type TestImages, testImages } from './base-image.ts';
export { connectFromHost } from './connect-from-host.ts';
export { containerSpec } from './container-spec.ts';
export { engineDriver } from './docker-driver.ts';
export { type TestObjects, testObjects } from './naming.ts';
export { type RunInContainerOptions, runInContainer } from './run-in-container.ts';
