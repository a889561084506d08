export { ClockEstimate } from './clock.js';
export { OrchestratorClient } from './client.js';
export { RefusalError } from './refusal.js';
