/** Where the image has Hermes: a virtual environment owned by root, writable by nobody else. */
export const INSTALL_ROOT = '/opt/hermes';

/** Leads to the system's Python; run by this name it finds the environment's packages, and only those. */
export const PYTHON = `${INSTALL_ROOT}/bin/python3`;

/** Its entry script; run by `PYTHON`, never through a `#!` line or a PATH look-up. */
export const ENTRY_SCRIPT = `${INSTALL_ROOT}/bin/hermes`;

/** Debian's own, below Hermes' environment; without Hermes' packages. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

/** Starts the sshd by which commands run as the tools' uid. */
export const TOOLS_SSHD = '/opt/nemoclaw/hermes-tools-sshd.py';
