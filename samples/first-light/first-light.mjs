// Three people, one session, from login to delete: what the orchestrator does, told and checked line by line.
import { parseArgs } from 'node:util';
import { Cable } from './cable.mjs';
import { Person } from './person.mjs';
import { seconds, Telling, update } from './telling.mjs';

const LIMIT_MS = 60_000;
const BACK_WITHIN_MS = 5_000;
const NUMBERS = 60;
const PULL_AT = 20;
const PLUG_AT = 40;

const urls = readUrls();
const [adas, bens, cleos] = [0, 1, 2].map((person) => urls[person % urls.length]);
const begin = performance.now();
const people = [];
let cable;
const tell = new Telling();
let wasThere = false;
let fail;
const failed = new Promise((_, reject) => { fail = (sentence) => reject(new Error(sentence)); });
const limit = setTimeout(() => fail(`The story took longer than ${LIMIT_MS / 1000} s.`), LIMIT_MS);

try {
  await demandServer();
  wasThere = true;
  console.log(`\nFirst light at ${urls.join(' and ')}`);
  await Promise.race([story(), failed]);
  console.log(`\nAll is well: ${tell.facts} things checked in ${seconds(begin)}.\n`);
} catch (error) {
  const gone = wasThere && !await answers() ? `A server does not answer any more. ` : '';
  console.log(`\n  ✗ ${gone}${error.message}\n`);
  process.exitCode = 1;
} finally {
  clearTimeout(limit);
  people.forEach((person) => person.kill());
  cable?.close();
}

async function story() {
  const [ada, ben, cleo] = await logIn();
  const sessionId = await gather(ada, ben, cleo);
  await talk(ada, ben, cleo);
  await makeAMistake(ada);
  await pullTheCable(ada, ben, cleo);
  const benAgain = await killTheMaster(ada, ben, cleo);
  await sayGoodbye(sessionId, ada, benAgain, cleo);
}

async function logIn() {
  tell.chapter('Three people log in, each from a process of their own');
  cable = await Cable.to(cleos);
  const [ada, ben, cleo] = [begins('Ada', adas), begins('Ben', bens), begins('Cleo', cable.url)];
  for (const person of [ada, ben, cleo]) {
    await person.do('connect');
    await person.do('login', { userName: person.name });
    tell.check(person.id, `${person.name} is here (process ${person.process.pid})`);
  }

  return [ada, ben, cleo];
}

async function gather(ada, ben, cleo) {
  tell.chapter('A session');
  const { sessionId } = await ada.do('addSession', {
    sessionName: 'First light', scenarioDefinition: { scenarioId: 'sunrise' }, canBeMaster: false,
  });
  tell.check(ada.state.session.sessionMaster === null, 'Ada adds a session: she administers it, and leaves its scene to others');
  await ben.do('joinSession', { sessionId });
  tell.check(ben.state.session.sessionMaster === ben.id, 'Ben joins: the first who may be, he is the master');
  await cleo.do('joinSession', { sessionId });
  await ada.hears('sessionUpdated', update('USER_JOINED_SESSION', ben));
  await ada.hears('sessionUpdated', update('MASTER_CHANGED', ben));
  await ada.hears('sessionUpdated', update('USER_JOINED_SESSION', cleo));
  await ben.hears('sessionUpdated', update('USER_JOINED_SESSION', cleo));
  tell.check(cleo.state.session.sessionUsers.length === 3, 'Cleo joins; the others are told');
  return sessionId;
}

async function talk(ada, ben, cleo) {
  tell.chapter('Scene events and a message');
  await cleo.do('sendSceneEventToMaster', { event: 'may I open the door?' });
  const asked = await ben.hears('sceneEventToMaster');
  tell.check(asked.sceneEventFrom === cleo.id, `Cleo to the master: “${asked.sceneEventData}”`);

  await ben.do('sendSceneEventToAllUsers', { event: 'the door opens' });
  const seen = await Promise.all([ada, ben, cleo].map((p) => p.hears('sceneEventToUser')));
  tell.check(seen.every((e) => e.sceneEventData === 'the door opens'), 'Ben, the master, to all: “the door opens”');

  await ben.do('sendSceneEventToUser', { userId: cleo.id, event: 'come in' });
  tell.check((await cleo.hears('sceneEventToUser')).sceneEventData === 'come in', 'Ben to Cleo alone: “come in”');

  await cleo.do('sendSceneEventToUserDirect', { userId: ada.id, event: 'wave' });
  const waved = await ada.hears('sceneEventToUser');
  tell.check(waved.sceneEventFrom === cleo.id && waved.sceneEventData === 'wave', 'Cleo to Ada, past the master: “wave”');
  tell.check(ben.take('sceneEventToUser').length === 0, 'Ben did not hear that');

  await ada.do('sendMessageToAll', { message: 'Good morning!' });
  const read = await Promise.all([ada, ben, cleo].map((p) => p.hears('messageSent')));
  tell.check(read.every((m) => m.message === 'Good morning!' && m.messageFromName === 'Ada'), 'Ada writes to all: “Good morning!”');
}

async function makeAMistake(ada) {
  tell.chapter('A mistake');
  await tell.isRefused(ada.do('sendMessageToAll', { text: 'Hello?' }), 207, 'Ada writes {"text": …} where {"message": …} is meant');
}

async function pullTheCable(ada, ben, cleo) {
  tell.chapter(`Ben counts to ${NUMBERS} for all, and somebody trips over Cleo's cable`);
  cleo.take('connection');
  for (let n = 1; n <= NUMBERS; n++) {
    await ben.do('sendSceneEventToAllUsers', { event: n });
    if (n === PULL_AT) {
      cable.pull();
      await cleo.hears('connection', ({ state }) => state === 'lost');
      tell.check(true, `At ${n} Cleo's socket is destroyed; Ben counts on`);
    } else if (n === PLUG_AT) {
      cable.plug();
      tell.check(true, `At ${n} the cable is back, and Cleo returns by herself`);
    }
  }

  const { recovered } = await cleo.hears('connection', ({ state }) => state === 'resumed');
  tell.check(recovered, 'Cleo is told that nothing is lost');
  for (const person of [ada, ben, cleo]) {
    const last = await person.hears('sceneEventToUser', (e) => e.sceneEventData === NUMBERS);
    const numbers = [...person.take('sceneEventToUser'), last].map((e) => e.sceneEventData);
    tell.check(isCount(numbers), `${person.name} has every number from 1 to ${NUMBERS}, once and in order`, `${person.name} has ${numbers}`);
  }

  await Promise.all([ada, ben].map((p) => p.hears('sessionUpdated', update('USER_RETURNED', cleo))));
}

async function killTheMaster(ada, ben, cleo) {
  tell.chapter("Ben's program crashes");
  const { resumeToken, graceSeconds, session } = ben.state;
  const killed = performance.now();
  ben.kill();
  await Promise.all([ada, cleo].map((p) => p.hears('sessionUpdated', update('USER_AWAY', ben))));
  tell.check(true, `Killed (process ${ben.process.pid}): the others see him away after ${seconds(killed)}`);
  await Promise.all([ada, cleo].map((p) => p.hears('sessionUpdated', update('MASTER_CHANGED', cleo))));
  tell.check(true, `He does not return: after ${seconds(killed)} Cleo is the master`);
  await cleo.do('sendSceneEventToAllUsers', { event: 'the show goes on' });
  tell.check((await ada.hears('sceneEventToUser')).sceneEventData === 'the show goes on', 'Cleo, the master, to all: “the show goes on”');

  tell.say(`His seat is kept for ${graceSeconds} s, then he would be gone. We do not wait for that:`);
  const again = begins('Ben', adas);
  await again.do('connect');
  await again.do('resume', { token: resumeToken });
  await ada.hears('sessionUpdated', update('USER_RETURNED', ben));
  tell.check(again.id === ben.id && again.state.session.sessionMaster === cleo.id, 'Ben starts again and takes up his seat; the master is Cleo');
  const late = again.do('sendSceneEventToAllUsers', { event: 'the door closes', masterEpoch: session.masterEpoch });
  await tell.isRefused(late, 3012, 'What he had still wanted to say as the master');
  return again;
}

async function sayGoodbye(sessionId, ada, ben, cleo) {
  tell.chapter('Good night');
  await cleo.do('leaveSession');
  await ben.hears('sessionUpdated', update('USER_LEFT_SESSION', cleo));
  await tell.isRefused(ada.do('deleteSession', { sessionId }), 504, 'Ada deletes the session too early');
  await ben.do('leaveSession');
  await ada.hears('sessionUpdated', update('USER_LEFT_SESSION', ben));
  await ada.do('leaveSession');
  tell.check(ada.state.session === null, 'Cleo, Ben and Ada leave');
  await ada.do('deleteSession', { sessionId });
  tell.check(!(sessionId in await ada.do('getSessions')), 'Ada deletes the session; it is in no list any more');
  for (const person of [ada, ben, cleo]) {
    await person.do('logout');
  }

  tell.check([ada, ben, cleo].every((p) => p.state.repairs === 0), 'All log out; nothing had to be sent again on a standing connection');
}

/** Starts somebody's program. */
function begins(name, at) {
  const person = new Person(name, at, (who, change) => watch(who, change, at));
  people.push(person);
  return person;
}

/** A connection that is lost though nobody pulled its cable: is the server gone? */
function watch(person, { state, reason }, at) {
  if (state === 'closed') {
    fail(`${person.name}'s connection was closed for good: ${reason}.`);
  } else if (state === 'lost' && at !== cable?.url) {
    const back = person.hears('connection', (change) => change.state === 'resumed');
    const sentence = `${person.name}'s connection was lost and did not come back in ${BACK_WITHIN_MS / 1000} s.`;
    const timer = setTimeout(() => fail(sentence), BACK_WITHIN_MS).unref();
    back.then(() => clearTimeout(timer), () => {});
  }
}

async function demandServer() {
  if (!await answers()) {
    throw new Error(`No server answers at ${urls.join(' and ')}. Start one, or name it: node first-light.mjs --url http://host:port`);
  }
}

function answers() {
  const asked = urls.map((url) => fetch(new URL('/health/live', url), { signal: AbortSignal.timeout(BACK_WITHIN_MS) }));
  return Promise.all(asked).then(() => true, () => false);
}

function isCount(numbers) {
  return numbers.length === NUMBERS && numbers.every((n, i) => n === i + 1);
}

/** Several are silos of one cluster: everybody is at another one. */
function readUrls() {
  try {
    const { values } = parseArgs({ options: { url: { type: 'string', multiple: true, default: ['http://127.0.0.1:8090'] } } });
    return values.url.map((url) => new URL(url).origin);
  } catch (error) {
    console.error(`${error.message}\nUsage: node first-light.mjs [--url http://127.0.0.1:8090]...`);
    process.exit(1);
  }
}
