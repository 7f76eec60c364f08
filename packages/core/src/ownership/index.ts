export { backupName, canonicalName, stagingName } from './names.ts';
export { ADOPT_AFTER_MS, mayRemove, resolveOwnership } from './resolve.ts';
export type { Observation, OwnershipNotice, Resolution, Sighting } from './types.ts';
