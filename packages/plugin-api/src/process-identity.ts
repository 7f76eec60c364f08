/** Who a process was and where it ran: namespace inode numbers as text (`4026531840`), numeric ids. */
export interface ProcessIdentity {
  uid: number;
  gid: number;
  groups: number[];
  netns: string;
  pidns: string;
  mntns: string;
}

/** Who runs a command inside the agent container; the supervisor's launcher turns it into uid, gid and groups. */
export type RunAs = 'gateway' | 'tools';
