/** Where the image has OpenClaw: owned by root, writable by nobody else. */
export const INSTALL_ROOT = '/opt/openclaw';

/** Its entry script; run by the image's Node, never through a `#!` line or a PATH look-up. */
export const ENTRY_SCRIPT = `${INSTALL_ROOT}/node_modules/openclaw/openclaw.mjs`;

/** Speaks for the gateway where the tools' node host has to be let in; run as the gateway's uid. */
export const LIAISON_SCRIPT = '/opt/nemoclaw/openclaw-tools-liaison.mjs';
