import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admit, type Patient } from './world/patient.ts';

describe.each(['openclaw', 'hermes'])('recover of a sandbox with the real %s', (agent) => {
  let patient: Patient;

  beforeAll(async () => {
    patient = await admit(`mended-${agent}`, agent);
  });
  afterAll(() => patient?.dispose());

  it('with everything stopped', async () => {
    const before = patient.parts();
    await patient.stop(...Object.values(before));
    expect((await patient.recovered()).actions).toEqual([
      expect.stringContaining('started the relay'),
      expect.stringContaining('started the agent’s container'),
    ]);
    expect(patient.parts()).toEqual(before);
    expect(await patient.recovered()).toMatchObject({ verdict: 'nothing_to_do', actions: [] });
  });

  it('with its container gone', async () => {
    const before = patient.parts();
    await patient.remove(before.agent);
    expect((await patient.recovered()).actions).toEqual(['made the agent’s container anew']);
    expect(patient.parts().agent).not.toBe(before.agent);
    const { text } = await patient.nemoclaw.chat(patient.name, { turns: [{ role: 'user', content: 'hello' }] });
    expect(text).toContain('hello');
  });
});
