export { ClockEstimate } from './clock.js';
export { OrchestratorClient } from './client.js';
export { positionAt } from './mirror.js';
export { PacketSocket } from './packets.js';
export { RefusalError } from './refusal.js';
