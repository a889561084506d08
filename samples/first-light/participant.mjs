// One person's program: a client in a process of its own. It does what the story asks and tells what it hears.
import { OrchestratorClient } from '@orchestrator/client';

const EVENTS = [
  'sessionUpdated', 'sessionClosed', 'messageSent', 'sceneEventToMaster', 'sceneEventToUser', 'dataReceived', 'sessionSnapshot', 'connection',
];

const client = new OrchestratorClient({ url: process.argv[2], reconnect: { firstMs: 50 } });
for (const name of EVENTS) {
  client.on(name, (event) => process.send({ name, event, atMs: client.clock.now() }));
}

process.on('message', async ({ id, command, parameters }) => {
  try {
    const answer = command === 'syncClock' ? await syncClock(parameters) : await client[command](parameters);
    process.send({ id, answer, state: state() });
  } catch ({ error, code, message }) {
    process.send({ id, refusal: { error, code, message } });
  }
});
process.on('disconnect', () => process.exit());

/** Compares this process's clock with the server's. */
async function syncClock(options) {
  await client.clock.sync(options);
  const { offsetMs, errorMs } = client.clock;
  return { offsetMs, errorMs };
}

/** What the client knows without asking. */
function state() {
  const { user, session, resumeToken, graceSeconds, repairs } = client;
  return { user, session, resumeToken, graceSeconds, repairs };
}
