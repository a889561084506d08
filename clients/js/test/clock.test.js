import assert from 'node:assert/strict';
import test from 'node:test';
import { ClockEstimate } from '../src/index.js';
import { connected, quiet } from './fakes.js';

/** A small generator, so that a failure can be repeated from its seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two clocks and a network between them; time passes only when it is told to. */
class World {
  #time = 0;

  constructor(next, { driftPpm, resolutionMs }) {
    this.next = next;
    this.resolutionMs = resolutionMs;
    this.clientStart = next() * 1e6;
    this.serverStart = 1.7e12 + next() * 1e6;
    this.rate = 1 + ((next() * 2 - 1) * driftPpm) / 1e6;
  }

  pass(ms) {
    this.#time += ms;
  }

  exactClient = () => this.clientStart + this.#time;

  client = () => Math.floor(this.exactClient() / this.resolutionMs) * this.resolutionMs;

  server = () => this.serverStart + this.#time * this.rate;

  get offset() {
    return this.server() - this.exactClient();
  }

  /** Each way takes its own time: that is what makes an estimate wrong. */
  exchange() {
    const clientSendMs = this.client();
    this.pass(this.next() ** 4 * 300);
    const serverReceiveMs = this.server();
    this.pass(this.next() * 5);
    const serverSendMs = this.server();
    this.pass(this.next() ** 4 * 300);
    return { clientSendMs, serverReceiveMs, serverSendMs, clientReceiveMs: this.client() };
  }
}

test('The true offset is always inside the bound', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed);
    const limits = { driftPpm: 100, resolutionMs: [0.001, 0.1, 1][seed % 3] };
    const world = new World(next, limits);
    const estimate = new ClockEstimate({ now: world.client, ...limits, keep: 1 + Math.floor(next() * 16) });
    for (let step = 0; step < 60; step++) {
      if (next() < 0.6) {
        assert.equal(estimate.add(world.exchange()), true, `seed ${seed}`);
      } else {
        world.pass(next() ** 3 * 600_000);
      }

      const wrong = Math.abs(estimate.offsetMs - world.offset);
      // The numbers themselves are exact to a quarter of a microsecond.
      assert.ok(wrong <= estimate.errorMs + 0.001, `seed ${seed}, step ${step}: wrong by ${wrong}, bound ${estimate.errorMs}`);
    }
  }
});

test('A bound without the half way would be broken', () => {
  let broken = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const world = new World(random(seed), { driftPpm: 100, resolutionMs: 0.001 });
    const estimate = new ClockEstimate({ now: world.client, driftPpm: 100, resolutionMs: 0.001 });
    const sample = world.exchange();
    estimate.add(sample);
    const delay = sample.clientReceiveMs - sample.clientSendMs - (sample.serverSendMs - sample.serverReceiveMs);
    broken += Math.abs(estimate.offsetMs - world.offset) > estimate.errorMs - delay / 4 ? 1 : 0;
  }

  assert.ok(broken > 10, `${broken} of 100`);
});

test('The sample of the shortest way counts until it is too old', () => {
  let now = 0;
  const estimate = new ClockEstimate({ now: () => now, driftPpm: 100, resolutionMs: 0 });
  assert.equal(estimate.errorMs, Infinity);
  estimate.add({ clientSendMs: 0, serverReceiveMs: 1001, serverSendMs: 1001, clientReceiveMs: 2 });
  estimate.add({ clientSendMs: 10, serverReceiveMs: 1050, serverSendMs: 1050, clientReceiveMs: 50 });
  now = 50;
  assert.equal(estimate.offsetMs, 1000);
  assert.equal(estimate.now(), 1050);
  assert.ok(Math.abs(estimate.errorMs - 1.005) < 1e-9);

  now = 600_000;
  estimate.add({ clientSendMs: 599_960, serverReceiveMs: 601_000, serverSendMs: 601_000, clientReceiveMs: 600_000 });
  assert.equal(estimate.offsetMs, 1020, '60 ms of drift are worse than 20 ms of half a way');
});

test('A sample of a clock that jumped is not taken', () => {
  const estimate = new ClockEstimate({ now: () => 0 });
  assert.equal(estimate.add({ clientSendMs: 100, serverReceiveMs: 1000, serverSendMs: 1001, clientReceiveMs: 50 }), false);
  assert.equal(estimate.add({ clientSendMs: NaN, serverReceiveMs: 1000, serverSendMs: 1001, clientReceiveMs: 50 }), false);
  assert.equal(estimate.errorMs, Infinity);
});

test('The client takes samples when asked, and forgets them with the connection', async () => {
  const play = await connected();
  const { client, timing } = play;
  const synced = client.clock.sync({ samples: 2 });
  for (const way of [40, 10]) {
    const call = await play.hub.call('ExchangeTime');
    const [{ clientSendMs }] = call.args;
    timing.time += way;
    call.reply({ clientSendMs, serverReceiveMs: timing.time + 5_000, serverSendMs: timing.time + 5_000 });
    timing.time += way;
    await quiet();
  }

  const { offsetMs, errorMs } = await synced;
  assert.ok(Math.abs(offsetMs - 5_000) <= errorMs);
  assert.ok(errorMs < 41, `${errorMs}`);
  assert.equal(client.clock.now(), timing.time + offsetMs);

  play.hub.cut();
  assert.equal(client.clock.errorMs, Infinity);
  client.close();
});
