import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodedError } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxRecord } from '../journal.fixture.ts';
import type { OnboardTools } from '../onboard/tools.ts';
import { withWayOut } from './where-else.ts';

describe('a provider that is away', () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: [{ id: 'served' }] }));
  });
  let address = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => server.close());

  const nowhere = { baseUrl: 'http://127.0.0.1:1/v1' };
  const hintOf = async (model: string, code = 'INFERENCE_UNREACHABLE', more: object = {}): Promise<string> => {
    const providers = {
      ollama: nowhere,
      vllm: nowhere,
      nim: nowhere,
      lmstudio: nowhere,
      llamacpp: { baseUrl: address },
    };
    const tools = { services: { config: { providers }, options: { program: 'nemoclaw' } } } as unknown as OnboardTools;
    const record = sandboxRecord({ provider: { ...sandboxRecord().provider, model, ...more } });
    const error = new CodedError(code, { message: 'it is away', hint: 'What was healed so far stays.' });
    const told = await withWayOut(tools, record, {}, () => Promise.reject(error)).catch((thrown: unknown) => thrown);
    expect(told).toMatchObject({ code, message: 'it is away' });
    return (told as CodedError).hint ?? '';
  };

  it('is named where the same model is served on this host now', async () => {
    expect(await hintOf('served')).toMatch(
      new RegExp(
        `^What was healed so far stays.\nThe model served is served at ${address}: if that is yours, \`.* --endpoint`,
      ),
    );
  });

  it.each([
    ['another model', 'other', {}],
    ['a provider that is not on this host', 'served', { endpoint: 'https://models.test/v1' }],
  ])('is not guessed for %s', async (_title, model, more) => {
    const hint = await hintOf(model, 'INFERENCE_UNREACHABLE', more);
    expect(hint).toContain('recover --endpoint <URL>');
    expect(hint).not.toContain(address);
  });

  it('is no matter of other failures', async () => {
    expect(await hintOf('served', 'GATEWAY_START_FAILED')).toBe('What was healed so far stays.');
  });
});
