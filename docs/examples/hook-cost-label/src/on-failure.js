// @ts-check
/** @type {import('@nemoclaw/plugin-api').HookHandler<'on-failure'>} */
export default ({ sandbox, error }) => ({ note: `nothing is charged for ${sandbox.name} (${error.code})` });
