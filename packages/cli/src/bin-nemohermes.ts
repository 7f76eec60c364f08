import { main } from './main.ts';
import { NEMOHERMES } from './program.ts';

await main(NEMOHERMES);
