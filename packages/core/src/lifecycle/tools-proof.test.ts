import { IDS } from '@nemoclaw/plugin-api';
import type { SeenProcess } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import type { SandboxRecord } from '../api/records.ts';
import { judgeTools, recordTools, showing } from './tools-proof.ts';

const seen = (uid: number, belowToolsHost = true): SeenProcess => ({
  pid: 40,
  startTime: '1',
  uid,
  gid: uid,
  groups: [],
  belowToolsHost,
});

describe('what was seen from outside decides', () => {
  it.each([
    ['separate', [IDS.tools], 'proved'],
    ['separate', [IDS.tools, IDS.tools], 'proved'],
    ['shared', [IDS.gateway], 'proved'],
    ['separate', [IDS.gateway], 'wrong'],
    ['separate', [IDS.tools, IDS.gateway], 'wrong'],
    ['shared', [IDS.tools], 'wrong'],
    ['separate', [0], 'wrong'],
    ['separate', [], 'unseen'],
  ] as const)('%s with %j is %s', (mode, uids, result) => {
    expect(
      judgeTools(
        mode,
        uids.map((uid) => seen(uid)),
        'uid=64102',
      ).result,
    ).toBe(result);
  });

  it('believes nothing that a command only printed', () => {
    const verdict = judgeTools('separate', [], `${IDS.tools}\n`);
    expect(verdict).toMatchObject({ result: 'unseen', summary: expect.stringContaining(`${IDS.tools}`) });
  });

  it('says when all of it ran below the tools’ process, and not otherwise', () => {
    expect(judgeTools('separate', [seen(IDS.tools)], '').summary).toContain('below the tools');
    expect(judgeTools('separate', [seen(IDS.tools), seen(IDS.tools, false)], '').summary).not.toContain('below');
  });
});

describe('what goes into the record', () => {
  const record = (): SandboxRecord =>
    ({
      agent: { isolation: 'separate', isolationProof: 'proved' },
      proofs: { tools: { at: 'then', summary: 's', uid: 1 } },
    }) as SandboxRecord;

  it('a proof with its time', () => {
    const fresh = record();
    recordTools(fresh, { result: 'proved', uid: IDS.tools, summary: 'seen' }, 'now');
    expect(fresh.proofs.tools).toEqual({ at: 'now', summary: 'seen', uid: IDS.tools });
    expect(fresh.agent.isolationProof).toBe('proved');
  });

  it('no older proof beside its opposite', () => {
    const denied = record();
    expect(() => recordTools(denied, { result: 'wrong', summary: 'as 0' }, 'now')).toThrow(
      expect.objectContaining({ code: 'TOOLS_NOT_ISOLATED' }),
    );
    expect(denied.agent.isolationProof).toBe('declared');
    expect(denied.proofs).toEqual({});
  });

  it('nothing new when nothing was seen', () => {
    const same = record();
    recordTools(same, { result: 'unseen', summary: 'silence' }, 'now');
    expect(same).toEqual(record());
  });
});

it('shows the marker where the command is run, and nowhere on the way there', () => {
  const marker = `${'ab'.repeat(16)}${'cd'.repeat(16)}`;
  const command = showing(marker);
  expect(command).not.toContain(marker);
  const [, a, b] = /a=(\w+); b=(\w+);.* "\$a\$b"$/.exec(command) ?? [];
  expect(`${a}${b}`).toBe(marker);
});
