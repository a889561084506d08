import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A cable to the server that can be pulled: a relay on this machine whose sockets are destroyed. */
export class Cable {
  #sockets = new Set();
  #isPlugged = true;

  static async to(url) {
    const { hostname, port } = new URL(url);
    const cable = new Cable();
    cable.server = createServer((near) => cable.#join(near, connect(Number(port), hostname)));
    cable.server.listen(0, '127.0.0.1');
    await once(cable.server, 'listening');
    cable.url = `http://127.0.0.1:${cable.server.address().port}`;
    return cable;
  }

  pull() {
    this.#isPlugged = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  plug() {
    this.#isPlugged = true;
  }

  close() {
    this.pull();
    this.server.close();
  }

  #join(near, far) {
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }

    if (!this.#isPlugged) {
      this.pull();
    }
  }
}
