import { Emitter } from './emitter.js';
import { RefusalError } from './refusal.js';

/**
 * @typedef {object} BinaryPacket
 * @property {string} userId the owner of the stream
 * @property {string} kind
 * @property {Uint8Array | any} data bytes, or the value of a packet that is JSON
 * @property {boolean} isJson which of the two
 * @property {number} seq counts the packets of the stream: one that is missing was dropped or lost
 * @property {bigint | null} sentAt the sender's own time stamp
 *
 * @typedef {{ kind: string | undefined, seq: number, error: RefusalError }} RefusedPacket
 *
 * @typedef {{ packet: [BinaryPacket], refused: [RefusedPacket], closed: [{ code: number, reason: string }] }} PacketEvents
 *
 * @typedef {object} PacketOptions
 * @property {string} url of the server, without /packets
 * @property {string} token that getPacketToken gave
 * @property {new (url: string) => WebSocket} [WebSocket] where there is no global one, as in Node before 22: that of the package ws
 */

const STREAM = 1;
const PACKET = 2;
const ERROR = 3;
const JSON_FLAG = 1;
const HEAD = 8;
const PACKET_HEAD = 20;
const ERROR_HEAD = 16;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Packets on a socket of their own, beside the connection of a client that is logged in; docs/wire.md has the layout. It does not come back by itself. */
export class PacketSocket {
  /** @type {Emitter<PacketEvents>} */
  #events = new Emitter();

  /** @type {Map<string, { handle: number, seq: number }>} what is sent, by kind */
  #sent = new Map();

  /** @type {Map<number, string>} the kinds of what is sent, by handle */
  #kinds = new Map();

  /** @type {Map<number, { userId: string, kind: string }>} what comes, by number */
  #streams = new Map();

  /** @param {WebSocket} socket that is open */
  constructor(socket) {
    this.socket = socket;
    socket.onmessage = ({ data }) => this.#take(new Uint8Array(data));
    socket.onclose = ({ code, reason }) => this.#events.emit('closed', { code, reason });
  }

  /** @param {PacketOptions} options @returns {Promise<PacketSocket>} */
  static open({ url, token, WebSocket = globalThis.WebSocket }) {
    const address = new URL(`${url.replace(/\/+$/, '')}/packets`);
    address.protocol = address.protocol.replace('http', 'ws');
    address.searchParams.set('access_token', token);
    const socket = new WebSocket(address.href);
    socket.binaryType = 'arraybuffer';
    return new Promise((resolve, reject) => {
      // Listening begins before anything can come.
      socket.onopen = () => resolve(new PacketSocket(socket));
      socket.onerror = () => reject(new Error(`No packet socket was opened at ${url}: no server answers, or the token is not valid.`));
    });
  }

  /**
   * @template {keyof PacketEvents} K
   * @param {K} name @param {(...args: PacketEvents[K]) => void} listener
   * @returns {() => void} ends it
   */
  on(name, listener) {
    return this.#events.on(name, listener);
  }

  /**
   * Sends bytes on a stream of this user. What is refused is told by `refused`, with the number that this gives.
   *
   * @param {string} kind @param {Uint8Array} bytes @param {{ sentAt?: bigint }} [options]
   * @returns {number} counts what was sent here on this stream
   */
  send(kind, bytes, { sentAt = 0n } = {}) {
    return this.#send(kind, bytes, 0, sentAt);
  }

  /**
   * The same with any JSON value.
   *
   * @param {string} kind @param {any} value @param {{ sentAt?: bigint }} [options]
   * @returns {number}
   */
  sendJson(kind, value, { sentAt = 0n } = {}) {
    return this.#send(kind, encoder.encode(JSON.stringify(value)), JSON_FLAG, sentAt);
  }

  close() {
    this.socket.close(1000);
  }

  /** @param {string} kind @param {Uint8Array} payload @param {number} flags @param {bigint} sentAt */
  #send(kind, payload, flags, sentAt) {
    const stream = this.#sent.get(kind) ?? this.#name(kind);
    stream.seq = (stream.seq + 1) >>> 0;
    const { message, view } = begin(PACKET, flags, stream.handle, PACKET_HEAD + payload.length);
    view.setUint32(HEAD, stream.seq, true);
    view.setBigInt64(HEAD + 4, sentAt, true);
    message.set(payload, PACKET_HEAD);
    this.socket.send(message);
    return stream.seq;
  }

  /** @param {string} kind */
  #name(kind) {
    const name = encoder.encode(kind);
    const stream = { handle: this.#sent.size + 1, seq: 0 };
    this.#sent.set(kind, stream);
    this.#kinds.set(stream.handle, kind);
    const { message } = begin(STREAM, 0, stream.handle, HEAD + name.length);
    message.set(name, HEAD);
    this.socket.send(message);
    return stream;
  }

  /** @param {Uint8Array<ArrayBuffer>} message */
  #take(message) {
    const view = new DataView(message.buffer);
    const number = view.getUint32(4, true);
    switch (message[0]) {
      case STREAM: {
        const kindAt = HEAD + view.getUint16(2, true);
        this.#streams.set(number, { userId: decoder.decode(message.subarray(HEAD, kindAt)), kind: decoder.decode(message.subarray(kindAt)) });
        break;
      }
      case PACKET:
        this.#events.emit('packet', this.#packet(number, message, view));
        break;
      case ERROR:
        this.#events.emit('refused', this.#refused(number, message, view));
        break;
      // What a later server says besides is not for this client.
    }
  }

  /** @param {number} number @param {Uint8Array} message @param {DataView} view @returns {BinaryPacket} */
  #packet(number, message, view) {
    const { userId, kind } = /** @type {{ userId: string, kind: string }} */ (this.#streams.get(number));
    const payload = message.subarray(PACKET_HEAD);
    const isJson = (message[1] & JSON_FLAG) !== 0;
    const sentAt = view.getBigInt64(HEAD + 4, true);
    return { userId, kind, data: isJson ? JSON.parse(decoder.decode(payload)) : payload, isJson, seq: view.getUint32(HEAD, true), sentAt: sentAt === 0n ? null : sentAt };
  }

  /** @param {number} handle @param {Uint8Array} message @param {DataView} view @returns {RefusedPacket} */
  #refused(handle, message, view) {
    const error = new RefusalError({
      error: view.getInt32(12, true), code: 'refused', message: decoder.decode(message.subarray(ERROR_HEAD)), retry: (message[1] & 1) !== 0,
    });
    return { kind: this.#kinds.get(handle), seq: view.getUint32(HEAD, true), error };
  }
}

/** @param {number} type @param {number} flags @param {number} stream @param {number} length */
function begin(type, flags, stream, length) {
  const message = new Uint8Array(length);
  const view = new DataView(message.buffer);
  message[0] = type;
  message[1] = flags;
  view.setUint32(4, stream, true);
  return { message, view };
}
