// @ts-check
/** @type {import('@nemoclaw/plugin-api').HookHandler<'pre-create'>} */
export default (input, { env }) => {
  const center = env.COST_CENTER;
  if (!center) return { veto: { reason: 'COST_CENTER is not set.', hint: 'export COST_CENTER=4711' } };
  if (input.plan.labels['acme.cost-center'] === center) return undefined;
  return { patch: { labels: { 'acme.cost-center': center } } };
};
