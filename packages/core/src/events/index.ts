export { conditionOf, isOver, type Look, mergeEvents, type NewEvent } from './merge.ts';
export { eventsOfResolution, STATUS_OF } from './of-resolution.ts';
