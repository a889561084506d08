// A whole evening of theatre: four people, a scenario from the catalogue, rooms, clocks, a melody as a data stream, and a server that dies in the middle.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { melody } from './melody.mjs';
import { Person } from './person.mjs';
import { Server } from './server.mjs';
import { seconds, Telling, update } from './telling.mjs';

const LIMIT_MS = 120_000;
const PACKETS_PER_SECOND = 60;
const MELODY_SECONDS = 4;
const RATE = 2;

const { values } = parseArgs({ options: { server: { type: 'string' }, keep: { type: 'boolean', default: false } } });
const begin = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'evening-'));
const tell = new Telling();
const people = [];
let server;
const limit = setTimeout(() => {
  console.log(`\n  ✗ The evening took longer than ${LIMIT_MS / 1000} s.\n`);
  process.exit(1);
}, LIMIT_MS);

try {
  server = new Server(join(folder, 'data'), values.server);
  await server.start();
  console.log(`\nAn evening at ${server.url}`);
  await evening();
  console.log(`\nAll is well: ${tell.facts} things checked in ${seconds(begin)}.\n`);
} catch (error) {
  console.log(`\n  ✗ ${error.message}\n`);
  process.exitCode = 1;
} finally {
  clearTimeout(limit);
  people.forEach((person) => person.kill());
  await server?.kill();
  if (values.keep) {
    console.log(`Everything is left in ${folder}.`);
  } else {
    rmSync(folder, { recursive: true });
  }
}

async function evening() {
  const scenario = JSON.parse(readFileSync(new URL('../scenarios/theatre-evening.json', import.meta.url), 'utf8'));
  const cast = await arrive();
  await compareClocks(cast);
  await gather(cast, scenario);
  await walk(cast, scenario);
  await play(cast);
  await perform(cast, scenario);
  await encore(cast);
  await sayGoodbye(cast);
}

async function arrive() {
  tell.chapter('Four people arrive');
  const cast = ['Ada', 'Ben', 'Cleo', 'Dora'].map((name) => new Person(name, server.url, () => {}));
  people.push(...cast);
  for (const [i, person] of cast.entries()) {
    await person.do('connect');
    await person.do('login', { userName: person.name });
    await person.do('updateUserDataJson', { userDataJson: { seat: i + 1, costume: ['cloak', 'crown', 'mask', 'none'][i] } });
  }

  const [ada, , cleo] = cast;
  const users = await ada.do('getUsers');
  tell.check(cast.every((p, i) => users[p.id]?.userData.seat === i + 1), 'Each finds all four in the list of users, with what they say of themselves');
  await cleo.do('updateUserData', { userDataKey: 'costume', userDataValue: 'mask of gold' });
  const data = await ada.do('getUserData', { userId: cleo.id });
  tell.check(data.costume === 'mask of gold' && data.seat === 3, 'Cleo changes one thing about herself, the rest stays');
  const tooMuch = randomBytes(750_000).toString('base64');
  await tell.isRefused(cleo.do('updateUserData', { userDataKey: 'portrait', userDataValue: tooMuch }), 9003, 'A portrait of 1 MB is too much');
  return cast;
}

async function compareClocks(cast) {
  tell.chapter('They compare their clocks with the server');
  for (const person of cast) {
    const { offsetMs, errorMs } = await person.do('syncClock', { samples: 8 });
    tell.check(Math.abs(offsetMs) <= errorMs + 1, `${person.name}'s clock is ${offsetMs.toFixed(3)} ms off, give or take ${errorMs.toFixed(3)} (one machine, one clock: it is 0)`);
  }

  const { ntpDate } = await cast[0].do('getNTPTime');
  tell.check(!Number.isNaN(Date.parse(ntpDate)), `The time that all may ask for: ${ntpDate}`);
}

async function gather([ada, ...guests], scenario) {
  tell.chapter('A session of a scenario from the catalogue');
  const wrong = { ...scenario, scenarioRooms: [{ roomId: 'attic', roomName: '' }] };
  await tell.isRefused(ada.do('addScenario', wrong), 207, 'A scenario with a mistake');
  await ada.do('addScenario', scenario);
  const { scenarioRooms, scenarioEvents } = await guests[0].do('getScenarioInfo', { scenarioId: scenario.scenarioId });
  tell.check(scenarioRooms.length === scenario.scenarioRooms.length, `Ben reads it: ${scenarioRooms.length} rooms, ${scenarioEvents.length} timed events`);
  const { sessionId } = await ada.do('addSession', { sessionName: 'The evening', scenarioId: scenario.scenarioId });
  for (const guest of guests) {
    await guest.do('joinSession', { sessionId });
  }

  const costume = ada.state.session.sessionUserDefinitions.length;
  await ada.hears('sessionUpdated', update('USER_JOINED_SESSION', guests.at(-1)));
  tell.check(costume >= 1 && guests.at(-1).state.session.sessionUserDefinitions[2].userData.costume === 'mask of gold', 'All are in it, and see what the others wear');
}

async function walk(cast, { scenarioRooms }) {
  tell.chapter('Rooms');
  const [ada, ben, cleo, dora] = cast;
  const [wide, narrow] = [scenarioRooms.find((r) => !r.roomCapacity || r.roomCapacity >= 4), scenarioRooms.find((r) => r.roomCapacity === 2)];
  for (const person of cast) {
    await person.do('joinRoom', { roomId: wide.roomId });
  }

  const { roomUsers } = await dora.do('getRoomInfo');
  tell.check(roomUsers.length === 4, `All four are in “${wide.roomName}”`);
  const tries = await Promise.allSettled([ada, ben, cleo, dora].map((p) => p.do('joinRoom', { roomId: narrow.roomId })));
  const refused = tries.filter((t) => t.status === 'rejected');
  tell.check(refused.length === 2 && refused.every((t) => t.reason.error === 702), `All run for “${narrow.roomName}”, which takes two: two are in, two are told “${refused[0]?.reason.message}”`);
  const rooms = await ada.do('getRooms');
  tell.check(rooms[narrow.roomId].roomUsers.length === 2 && rooms[wide.roomId].roomUsers.length === 2, 'Nobody is in two rooms, nobody in none');
}

async function play([ada, ben, cleo, dora]) {
  tell.chapter(`Dora plays a melody for Ada and Ben: ${PACKETS_PER_SECOND} packets a second`);
  const file = join(folder, 'melody.wav');
  writeFileSync(file, melody(MELODY_SECONDS));
  const bytes = readFileSync(file);
  // One registers before the stream is declared, the other after.
  await ada.do('registerForDataStream', { userId: dora.id, kind: 'melody' });
  await dora.do('declareDataStream', { kind: 'melody', description: 'audio/wav' });
  await ben.do('registerForDataStream', { userId: dora.id, kind: 'melody' });
  const packetBytes = Math.ceil(bytes.length / (MELODY_SECONDS * PACKETS_PER_SECOND));
  const packets = Math.ceil(bytes.length / packetBytes);
  const began = performance.now();
  for (let n = 0; n < packets; n++) {
    await wait(Math.max(0, began + (n * 1_000) / PACKETS_PER_SECOND - performance.now()));
    await dora.do('sendData', { kind: 'melody', data: bytes.subarray(n * packetBytes, (n + 1) * packetBytes).toString('base64') });
  }

  tell.say(`${packets} packets of ${packetBytes} bytes in ${seconds(began)}`);
  for (const listener of [ada, ben]) {
    const received = [];
    while (received.length < packets) {
      received.push(await listener.hears('dataReceived'));
    }

    const copy = Buffer.concat(received.map((p) => Buffer.from(p.data, 'base64')));
    writeFileSync(join(folder, `melody-for-${listener.name}.wav`), copy);
    tell.check(copy.equals(bytes), `${listener.name} has the file, byte by byte (${copy.length} bytes)`);
  }

  tell.check(cleo.take('dataReceived').length === 0, 'Cleo, who did not register, has nothing of it');
}

async function perform(cast, { scenarioEvents }) {
  tell.chapter('The scenario runs, and the server dies in the middle');
  const [ada, ben] = cast;
  await tell.isRefused(ben.do('startScenario'), 801, 'Ben, who is neither master nor administrator, starts it');
  cast.forEach((p) => p.take('sessionUpdated'));
  await ada.do('setScenarioRate', { rate: RATE });
  await ada.do('startScenario');
  const planned = [...scenarioEvents].sort((a, b) => a.at - b.at);
  const half = Math.floor(planned.length / 2);
  const started = await ben.hears('sessionUpdated', update('SCENARIO_STARTED'));
  const moment = (ms) => started.eventData.atMs + ms / RATE;
  const isEvent = (index) => (event) => event.eventId === 'SCENARIO_EVENT' && event.eventData.index === index;
  const lateness = [];
  for (let index = 0; index < half; index++) {
    const { event, atMs } = await ada.hearsWhen('sessionUpdated', isEvent(index));
    lateness.push(atMs - (moment(event.eventData.elapsedMs)));
  }

  tell.check(Math.max(...lateness) < 500, `${half} events on time: at most ${Math.max(...lateness).toFixed(1)} ms after their moment, by Ada's clock`);
  const next = planned[half];
  await server.kill();
  const killed = performance.now();
  await Promise.all(cast.map((p) => p.hears('connection', ({ state }) => state === 'lost')));
  tell.check(true, 'kill -9: all four lose their connection');
  await wait(Math.max(0, moment(next.at) - Date.now() + 1_200));
  await server.start();
  await Promise.all(cast.map((p) => p.hears('connection', ({ state }) => state === 'resumed')));
  tell.check(true, `A new process on the same data: all are back in their seats after ${seconds(killed)}`);
  const overdue = await ada.hears('sessionUpdated', isEvent(half));
  tell.check(overdue.eventData.late, `“${overdue.eventData.eventId}” was due meanwhile: it comes now, and says so (${overdue.eventData.lateMs.toFixed(0)} ms late)`);
  const last = planned.length - 1;
  await Promise.all(cast.map((p) => p.hears('sessionUpdated', isEvent(last)).catch(() => null)));
  const heard = cast.map((p) => p.take('sessionUpdated').filter((e) => e.eventId === 'SCENARIO_EVENT' && e.eventData.index > half).map((e) => e.eventData.index));
  const between = planned.map((e, index) => ({ ...e, index })).filter((e) => e.index > half && e.index < last);
  // Who was the last to come back may have come too late to lead on.
  const hearers = between.map((e) => heard.filter((indexes) => indexes.includes(e.index)).length);
  tell.check(
    between.every((e, n) => hearers[n] === (e.to === 'master' ? 1 : cast.length)) && heard.every((indexes) => indexes.every((index, n) => n === 0 || indexes[n - 1] < index)),
    `The other ${between.length + 1} events come, each once and in order; to all, and “stand-by” to the one who is the master`,
    `They heard ${heard.join(' | ')} of ${between.map((e) => e.index)}`,
  );
}

async function encore(cast) {
  tell.chapter('An encore, directed by hand');
  const [ada, , , dora] = cast;
  await ada.do('restartScenario');
  await ada.do('seekScenario', { positionMs: 1_000 });
  await ada.do('setScenarioRate', { rate: 2 });
  await ada.do('pauseScenario');
  const { scenarioClock } = ada.state.session;
  tell.check(scenarioClock.state === 'paused' && scenarioClock.rate === 2 && scenarioClock.run === 2, `Restarted, sought, doubled and paused at ${scenarioClock.positionMs.toFixed(0)} ms of its second run`);
  const info = await dora.do('getScenarioInstanceInfo');
  tell.check(info.positionMs === scenarioClock.positionMs, 'Dora sees the same clock');
  await ada.do('stopScenario');
  await tell.isRefused(ada.do('stopScenario'), 9009, 'Stopped twice');
}

async function sayGoodbye(cast) {
  tell.chapter('Good night');
  const { sessionId } = cast[0].state.session;
  for (const person of [...cast].reverse()) {
    await person.do('leaveSession');
  }

  await cast[0].do('deleteSession', { sessionId });
  tell.check(!(sessionId in await cast[0].do('getSessions')), 'Everybody leaves, Ada deletes the session');
  for (const person of cast) {
    await person.do('logout');
  }

  tell.check(cast.every((p) => p.state.repairs === 0), 'All log out; nothing had to be sent again on a standing connection');
}
