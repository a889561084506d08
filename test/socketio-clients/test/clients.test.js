// Socket.IO's own clients of versions 4 and 2 against our server, over each transport.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import four from "socket.io-client";
import two from "socket.io-client-2";

const program = fileURLToPath(new URL("../../../artifacts/local/bin/SocketIoEcho/release/Orchestrator.SocketIoEcho.dll", import.meta.url));

let server, address;

before(async () => {
  server = spawn("dotnet", [program], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(server.stdout), "line");
  address = line.replace(/\/$/, "");
});

after(async () => {
  server.stdin.end();
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
});

const ways = {
  "polling only": { transports: ["polling"] },
  "WebSocket only": { transports: ["websocket"] },
  "polling, then upgrade": { transports: ["polling", "websocket"] },
};

function next(emitter, event) {
  return new Promise((resolve, reject) => {
    emitter.once(event, (...values) => resolve(values));
    emitter.once("connect_error", reject);
  });
}

function acknowledged(socket, ...args) {
  return new Promise((resolve) => socket.emit(...args, (...values) => resolve(values)));
}

// Opens a connection of its own, and closes it when the test is over.
async function use(io, options, body, path = "/") {
  const socket = io(address + path, { ...options, forceNew: true, reconnection: false });
  try {
    await next(socket, "connect");
    await body(socket);
  } finally {
    socket.disconnect();
  }
}

async function upgraded(socket) {
  const engine = socket.io.engine;
  if (engine.transport.name !== "websocket") {
    await new Promise((resolve) => engine.once("upgrade", resolve));
  }
}

for (const [version, io] of [["4", four], ["2", two]]) {
  for (const [way, options] of Object.entries(ways)) {
    describe(`version ${version}, ${way}`, () => {
      test("events and acknowledgements carry any JSON", () => use(io, options, async (socket) => {
        const value = { a: [1, "ü 😀", null, { b: true }], c: 1.5 };
        assert.deepEqual(await acknowledged(socket, "echo", value, "text"), [value, "text"]);
        assert.deepEqual(await acknowledged(socket, "echo"), []);
        const came = next(socket, "echo");
        socket.emit("echo", value);
        assert.deepEqual(await came, [value]);
      }));

      test("bytes go both ways", () => use(io, options, async (socket) => {
        const small = Buffer.from([0, 1, 4, 30, 255]);
        const large = Buffer.alloc(300_000, 7);
        const [first, second] = await acknowledged(socket, "echo", small, { deep: [large, small] });
        assert.deepEqual(Buffer.from(first), small);
        assert.deepEqual(Buffer.from(second.deep[0]), large);
        assert.deepEqual(Buffer.from(second.deep[1]), small);
      }));

      test("a thousand events come in order", () => use(io, options, async (socket) => {
        const numbers = [];
        const done = new Promise((resolve) => socket.on("number", (n) => numbers.push(n) === 1_000 && resolve()));
        socket.emit("burst", 1_000);
        await done;
        assert.deepEqual(numbers, Array.from({ length: 1_000 }, (_, i) => i));
      }));

      test("another namespace is another place", () => use(io, options, async (socket) => {
        assert.deepEqual(await acknowledged(socket, "echo", "here"), ["here"]);
      }, "/log"));

      test("heartbeats keep it, also when it says nothing", () => use(io, options, async (socket) => {
        let beats = 0;
        await new Promise((resolve) => socket.io.engine.on("packet", ({ type }) => (type === "ping" || type === "pong") && ++beats === 3 && resolve()));
        assert.deepEqual(await acknowledged(socket, "echo", 1), [1]);
      }));
    });
  }

  test(`version ${version}: what is sent while it upgrades comes once and in order`, () => use(io, ways["polling, then upgrade"], async (socket) => {
    const answers = [];
    const all = [];
    for (let i = 0; i < 500; i++) {
      all.push(acknowledged(socket, "echo", i).then(([n]) => answers.push(n)));
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    await Promise.all(all);
    await upgraded(socket);
    assert.deepEqual(answers, Array.from({ length: 500 }, (_, i) => i));
    assert.deepEqual(await acknowledged(socket, "echo", "after"), ["after"]);
  }));
}

test("version 4: a namespace that nobody may enter is refused with a sentence", async () => {
  const socket = four(`${address}/closed`, { forceNew: true, reconnection: false });
  const error = await new Promise((resolve) => socket.once("connect_error", resolve));
  socket.disconnect();
  assert.equal(error.message, "Nobody may enter here.");
  assert.deepEqual(error.data, { code: 801 });
});

test("version 2: a namespace that nobody may enter is refused with a sentence", async () => {
  const socket = two(`${address}/closed`, { forceNew: true, reconnection: false });
  const error = await new Promise((resolve) => socket.once("error", resolve));
  socket.disconnect();
  assert.equal(error, "Nobody may enter here.");
});

test("version 4: what a client brings along is seen", () => use(four, { auth: { token: "abc" } }, async (socket) => {
  assert.deepEqual(await acknowledged(socket, "auth"), [{ token: "abc" }]);
}));

test("version 4: a server that ends a connection is noticed", () => use(four, {}, async (socket) => {
  await upgraded(socket);
  const gone = new Promise((resolve) => socket.once("disconnect", resolve));
  socket.emit("abort");
  assert.match(await gone, /transport close/);
}));
