/** Ids of a process as /proc/<pid>/status has them, seen from outside: the process has no say in it. */
export interface ProcessOwner {
  uid: number;
  gid: number;
  groups: number[];
}

/** `undefined` when a line is missing. Uid and gid are the effective ones. */
export const parseOwner = (status: string): ProcessOwner | undefined => {
  const numbers = (key: string): number[] | undefined =>
    new RegExp(`^${key}:(.*)$`, 'm')
      .exec(status)?.[1]
      ?.trim()
      .split(/\s+/)
      .filter((part) => part !== '')
      .map(Number);
  const uid = numbers('Uid')?.[1];
  const gid = numbers('Gid')?.[1];
  const groups = numbers('Groups');
  return uid === undefined || gid === undefined || groups === undefined ? undefined : { uid, gid, groups };
};
