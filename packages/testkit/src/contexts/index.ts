export { HOSTS, type HostFactsInput, hostFacts } from './host-facts.ts';
export { EGRESS, probeContext } from './probe-context.ts';
