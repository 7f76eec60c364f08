import { defineProbe, oneLine, untilAborted } from '@nemoclaw/plugin-api';

/** Every code that the probe may give: its closed union. */
export const CODES = ['ok', 'unreachable', 'unknown'];

const WHERE = { host: '127.0.0.1', port: 11434 };

export default defineProbe({
  id: 'nemoclaw-probe-service',
  title: 'Whether a service on this host answers',
  when: ['on-demand'],
  applies: (context) => (context.env.NEMOCLAW_NO_SERVICE === '1' ? 'NEMOCLAW_NO_SERVICE is set' : true),
  run: async (context, signal) => {
    signal.throwIfAborted();
    const begin = context.elapsed();
    const answer = await untilAborted(context.connectFromHost(WHERE.host, WHERE.port, 2_000), signal).catch((error) => {
      signal.throwIfAborted();
      return oneLine(`error: ${error.message}`);
    });
    const result = (status, code, summary, remedy) => ({
      probe: 'nemoclaw-probe-service',
      status,
      code,
      layer: 'tcp',
      summary,
      remedy,
      evidence: { ...WHERE, answer },
      elapsedMs: context.elapsed() - begin,
    });
    const place = `${WHERE.host}:${WHERE.port}`;
    if (answer === 'open') return result('ok', 'ok', `${place} answers`, []);
    if (answer === 'refused')
      return result('fail', 'unreachable', `nothing listens on ${place}`, ['Start the service.']);
    return result('warn', 'unknown', `${place} could not be looked at`, ['Run the command again.']);
  },
});
