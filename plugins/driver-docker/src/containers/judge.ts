import { CARRIED_CONFIG, WALLS } from './host-fields.ts';
import type { Difference } from './same.ts';

export type Verdict = { refuse: string } | 'carry';

const NOT_RECORDED = 'it is not what was recorded, and a sandbox may not be made with it';
const OTHER_CONTAINER = 'no container can be changed in this: it is not the one that was recorded';

/** `source:target[:options]`, where a source that is no path is a volume. */
const isVolumeBind = (bind: unknown): boolean => /^[^/:.][^:]*:/.test(String(bind));
/** A volume and nothing beside it: options of a driver or a part of it can't be told from inspect. */
const isPlainVolume = (mount: unknown): boolean => {
  const { Type, VolumeOptions } = mount as { Type?: string; VolumeOptions?: object | null };
  return Type === 'volume' && Object.keys(VolumeOptions ?? {}).length === 0;
};

const judgeHost = (key: string, actual: unknown): Verdict => {
  switch (key) {
    case 'AutoRemove':
      return { refuse: 'the engine would delete it when it is stopped, and nothing could be undone' };
    case 'RestartPolicy':
      return ['no', 'unless-stopped'].includes((actual as { Name?: string }).Name || 'no')
        ? 'carry'
        : { refuse: 'under this policy an engine that comes back could start it beside its replacement' };
    case 'Binds':
      return ((actual as unknown[] | null) ?? []).every(isVolumeBind) ? 'carry' : { refuse: NOT_RECORDED };
    case 'Mounts':
      return ((actual as unknown[] | null) ?? []).every(isPlainVolume)
        ? 'carry'
        : { refuse: 'only plain volumes can be mounted again as they are' };
    default:
      return WALLS.has(key) ? { refuse: NOT_RECORDED } : 'carry';
  }
};

/** Pure: what becomes of a field that differs from what was recorded. */
export const judge = ({ field, expected, actual }: Difference): Verdict => {
  const [area = '', key = ''] = field.split('.');
  switch (area) {
    case 'Networks':
      return 'carry';
    case 'HostConfig':
      return judgeHost(key, actual);
    case 'Config':
      // A variable or a label beside those of the plan; one of the plan's own that is another is somebody else's container.
      if (key === 'Env' || key === 'Labels') return expected === undefined ? 'carry' : { refuse: OTHER_CONTAINER };
      return CARRIED_CONFIG.has(key) ? 'carry' : { refuse: OTHER_CONTAINER };
    default:
      return { refuse: OTHER_CONTAINER };
  }
};
