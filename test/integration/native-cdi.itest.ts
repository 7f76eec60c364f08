import type { OnboardResult } from '@nemoclaw/core';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine } from './world/engine.ts';
