export interface CdiSpecInput {
  kind: string;
  /** Names of the devices; each gets the same edits, as with one real GPU that has a number and is part of `all`. */
  devices: string[];
  /** Device nodes, path in the container → path on the host. */
  nodes: Record<string, string>;
  /** Files, path in the container → path on the host. */
  mounts: Record<string, string>;
  /** A program on the host that the runtime calls before the container's own; what fails there fails the start. */
  createHook?: string;
}

/** Pure: the text of a CDI specification file. */
export function cdiSpec({ kind, devices, nodes, mounts, createHook }: CdiSpecInput): string {
  const containerEdits = {
    deviceNodes: Object.entries(nodes).map(([path, hostPath]) => ({ path, hostPath })),
    mounts: Object.entries(mounts).map(([containerPath, hostPath]) => ({
      containerPath,
      hostPath,
      options: ['ro', 'nosuid', 'nodev', 'bind'],
    })),
    ...(createHook === undefined
      ? {}
      : { hooks: [{ hookName: 'createRuntime', path: createHook, args: [createHook] }] }),
  };
  return `${JSON.stringify(
    { cdiVersion: '0.5.0', kind, devices: devices.map((name) => ({ name, containerEdits })) },
    null,
    2,
  )}\n`;
}
