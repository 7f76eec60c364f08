import type { Labels } from '@nemoclaw/plugin-api';

/** The engine's list filter for objects that carry all of these labels. */
export const labelFilter = (labels: Labels): { label: string[] } => ({
  label: Object.entries(labels).map(([key, value]) => `${key}=${value}`),
});
