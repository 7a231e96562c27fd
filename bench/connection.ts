import { connect, type Socket } from 'node:net';

interface Answer {
  status: number;
  body: string;
}

/**
 * One kept-alive HTTP/1.1 connection, one request at a time. Written on the bare socket, because node:http takes more
 * of a small machine than the service under test may have left.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  readonly #headers: string;
  #received: Buffer | null = null;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  constructor(url: string, headers: Record<string, string> = {}, method = 'POST') {
    const { hostname, port, pathname } = new URL(url);
    const lines = Object.entries({ Host: `${hostname}:${port}`, 'Content-Type': 'application/json', ...headers });
    this.#headers = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.#head = `${method} ${pathname} HTTP/1.1\r\n${this.#headers}`;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error(`${url} closed the connection`)));
  }

  /** The body of the answer, which must be a 200. */
  async post(body: string): Promise<string> {
    return this.#send(this.#head, body);
  }

  /** The same of a PUT to another path. */
  async put(path: string, body: string): Promise<string> {
    return this.#send(`PUT ${path} HTTP/1.1\r\n${this.#headers}`, body);
  }

  /** The status of an answer, whichever. */
  async status(method: string, path: string, body = ''): Promise<number> {
    return (await this.#exchange(`${method} ${path} HTTP/1.1\r\n${this.#headers}`, body)).status;
  }

  async #send(head: string, body: string): Promise<string> {
    const answer = await this.#exchange(head, body);
    if (answer.status !== 200) throw new Error(`${head}\n\n${answer.status} ${answer.body}`);
    return answer.body;
  }

  async #exchange(head: string, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    this.#received = received;
    const end = received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    this.#received = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body: received.toString('utf8', end + 4) });
  }
}
