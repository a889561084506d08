import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../artifacts/local/bin/Silo/release/orchestrator', import.meta.url));
const START_MS = 30_000;

/** An orchestrator of this story's own, which it may kill. */
export class Server {
  url = null;

  #process = null;

  /** @param {string} data directory @param {string} [program] */
  constructor(data, program = BUILT) {
    if (!existsSync(program)) {
      throw new Error(`There is no ${program}. Build it first: dotnet build -c Release src/Silo`);
    }

    this.program = program;
    this.data = data;
  }

  /** Starts it; again on the same port, so that clients find it where it was. */
  async start() {
    const child = spawn(this.program, ['--urls', this.url ?? 'http://127.0.0.1:0', '--data', this.data], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // On a busy machine the story's people need longer than usual to be back, and the timeline waits for them.
      env: { ...process.env, ORCHESTRATOR_Limits__ScenarioReturnSeconds: '20' },
    });
    this.#process = child;
    let said = '';
    const listening = new Promise((resolve, reject) => {
      const take = (text) => {
        said += text;
        const found = /listening on\s+(http:\S+)/.exec(said);
        if (found) {
          resolve(found[1]);
        }
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said}`)));
      setTimeout(() => reject(new Error(`The server did not start in ${START_MS / 1_000} s: ${said}`)), START_MS).unref();
    });
    this.url = await listening;
  }

  /** As the kernel would do it: at once, with no last word. */
  async kill() {
    const child = this.#process;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
