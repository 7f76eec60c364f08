import { main } from './main.ts';
import { NEMOCLAW } from './program.ts';

await main(NEMOCLAW);
