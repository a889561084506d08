import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../artifacts/local/bin/Silo/release/orchestrator', import.meta.url));

/** Why there can be none here; false when there can. */
export const noServer = !existsSync(PROGRAM) && `There is no ${PROGRAM}: dotnet build -c Release src/Silo`;

/** The real server as a process of its own, which can be hung and killed. */
export class Server {
  #data = mkdtempSync(join(tmpdir(), 'orchestrator-'));
  #said = '';

  /** @param {import('node:test').TestContext} t ends it */
  static async start(t) {
    const server = new Server();
    t.after(() => server.#end());
    const child = server.process;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The server ended: ${server.#said}`)));
    server.url = await Promise.race([server.#listening(), ended]);
    ended.catch(() => {});
    return server;
  }

  constructor() {
    this.process = spawn(PROGRAM, ['--urls', 'http://127.0.0.1:0', '--data', this.#data]);
  }

  /** It stands still, and its sockets with it. */
  hang() {
    this.process.kill('SIGSTOP');
  }

  kill() {
    this.process.kill('SIGKILL');
  }

  #listening() {
    return new Promise((resolve) => {
      const take = (text) => {
        this.#said += text;
        const [, url] = /listening on\s+(http:\S+)/.exec(this.#said) ?? [];
        if (url) {
          resolve(url);
        }
      };
      this.process.stdout.on('data', take);
      this.process.stderr.on('data', take);
    });
  }

  async #end() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.kill();
      await ended;
    }

    rmSync(this.#data, { recursive: true });
  }
}
