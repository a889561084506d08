import { fork } from 'node:child_process';

const WAIT_MS = 20_000;

/** A person of the story: its process, what it knows, and what it has heard and nobody has asked about yet. */
export class Person {
  state = {};

  #heard = [];
  #listeners = new Set();
  #answers = new Map();
  #ids = 0;

  /** @param {(connection: object) => void} onConnection hears of changes of the connection */
  constructor(name, url, onConnection) {
    this.name = name;
    this.process = fork(new URL('participant.mjs', import.meta.url), [url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.process.on('message', (message) => (message.name ? this.#hear(message, onConnection) : this.#answered(message)));
    this.process.on('exit', () => this.#gone());
  }

  get id() {
    return this.state.user?.userId;
  }

  /** Gives a command; a refusal rejects. */
  async do(command, parameters) {
    const id = ++this.#ids;
    const answered = new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    this.process.send({ id, command, parameters }, () => {});
    return within(answered, `${this.name}'s ${command} was not answered`);
  }

  /** The first event of a name that fits, heard already or within a time. */
  async hears(name, fits = () => true) {
    return (await this.hearsWhen(name, fits)).event;
  }

  /** The same, with the moment on the server's clock at which it was heard. */
  hearsWhen(name, fits = () => true) {
    const heard = new Promise((resolve) => {
      const look = () => {
        const at = this.#heard.findIndex((h) => h.name === name && fits(h.event));
        if (at < 0) {
          return;
        }

        this.#listeners.delete(look);
        resolve(this.#heard.splice(at, 1)[0]);
      };
      this.#listeners.add(look);
      look();
    });
    return within(heard, `${this.name} did not hear ${name}`);
  }

  /** The events of a name that nobody has asked about. */
  take(name) {
    return this.takeWhen(name).map((h) => h.event);
  }

  /** The same, with their moments. */
  takeWhen(name) {
    const taken = this.#heard.filter((h) => h.name === name);
    this.#heard = this.#heard.filter((h) => h.name !== name);
    return taken;
  }

  /** Ends its process at once, as a crash would. */
  kill() {
    this.process.kill('SIGKILL');
  }

  #hear(message, onConnection) {
    this.#heard.push(message);
    if (message.name === 'connection') {
      onConnection(this, message.event);
    }

    [...this.#listeners].forEach((look) => look());
  }

  #answered({ id, answer, refusal, state }) {
    const { resolve, reject } = this.#answers.get(id);
    this.#answers.delete(id);
    this.state = state ?? this.state;
    if (refusal) {
      reject(Object.assign(new Error(refusal.message), refusal));
    } else {
      resolve(answer);
    }
  }

  #gone() {
    for (const { reject } of this.#answers.values()) {
      reject(new Error(`${this.name}'s process has ended.`));
    }
  }
}

function within(promise, sentence) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${sentence} within ${WAIT_MS / 1000} s.`)), WAIT_MS).unref();
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
