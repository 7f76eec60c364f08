import { testAgent } from '@nemoclaw/testkit/conformance';
import agent from './index.ts';

testAgent(agent);
