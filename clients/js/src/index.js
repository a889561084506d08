export { ClockEstimate } from './clock.js';
export { OrchestratorClient } from './client.js';
export { positionAt } from './mirror.js';
export { RefusalError } from './refusal.js';
