/** Loopback port of OpenClaw's gateway inside the agent container. */
export const GATEWAY_PORT = 18_789;
