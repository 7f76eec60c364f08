export { type ThrowAwayHome, throwAwayHome } from './home.ts';
