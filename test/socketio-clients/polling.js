// A client of Socket.IO 4 or 2 that only polls, for tests that drive it: node polling.js <version> <address> <own address>.
// A line in is an event with its argument, a line out is what came of it: {"connected":...}, {"error":...}, {"disconnected":...}, {"acknowledged":[name, answer]}, {"event":[name, argument]}.
import { Agent } from "node:http";
import { createInterface } from "node:readline";
import four from "socket.io-client";
import two from "socket.io-client-2";

const [version, address, localAddress] = process.argv.slice(2);
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

// Version 4 keeps cookies when it is told to, version 2 keeps none outside of browsers.
const socket = { 4: four, 2: two }[version](address, {
  transports: ["polling"],
  withCredentials: true,
  agent: new Agent({ keepAlive: true, localAddress }),
  reconnectionDelay: 50,
  reconnectionDelayMax: 100,
});
socket.on("connect", () => say({ connected: socket.id }));
socket.on("connect_error", (error) => say({ error: error.message, status: error.description }));
socket.on("error", (error) => say({ error: error.message, status: error.description }));
socket.on("disconnect", (reason) => say({ disconnected: reason }));
// Every event, also those that no test knows yet; version 2 has no onAny.
const take = socket.onevent;
socket.onevent = (packet) => {
  say({ event: packet.data });
  take.call(socket, packet);
};

const lines = createInterface(process.stdin);
lines.on("line", (line) => {
  const [name, argument] = JSON.parse(line);
  socket.emit(name, argument, (answer) => say({ acknowledged: [name, answer] }));
});
lines.on("close", () => socket.disconnect());
