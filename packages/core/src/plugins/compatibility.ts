import { API_VERSION } from '@nemoclaw/plugin-api';
import { type Diagnosis, OK } from './types.ts';

/** Same major and no newer minor: a plugin may not rely on what this program does not have. */
export const checkApi = (theirs: string, ours: string = API_VERSION): Diagnosis => {
  const [theirMajor = Number.NaN, theirMinor = Number.NaN] = theirs.split('.').map(Number);
  const [ourMajor = Number.NaN, ourMinor = Number.NaN] = ours.split('.').map(Number);
  if (theirMajor === ourMajor && theirMinor <= ourMinor) return OK;
  const newer = theirMajor > ourMajor || (theirMajor === ourMajor && theirMinor > ourMinor);
  return {
    diagnosis: 'incompatible',
    code: 'PLUGIN_API_INCOMPATIBLE',
    reason: `It was built for plugin API ${theirs}; this program has ${ours}.`,
    fix: newer
      ? 'Upgrade this program, or install an older version of the plugin.'
      : `Install a version of the plugin for API ${ourMajor}.x.`,
  };
};
