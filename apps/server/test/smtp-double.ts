import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface SmtpDouble {
  url: string;
  /** What was taken, whole. */
  mails: { to: string; text: string }[];
  /** From now on every mail is turned away for the time being. */
  refuse(refuses: boolean): void;
  close(): void;
}

/** A mail server that takes what it is given and keeps it. */
export async function openSmtpDouble(): Promise<SmtpDouble> {
  const mails: SmtpDouble['mails'] = [];
  const sockets = new Set<Socket>();
  let refuses = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    let waiting = '';
    let to = '';
    let isData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 double');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      waiting += chunk;
      for (;;) {
        const end = waiting.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = waiting.slice(0, end);
        waiting = waiting.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          mails.push({ to, text });
          say('250 taken');
        } else if (/^RCPT/i.test(text)) {
          to = /<(.*)>/.exec(text)?.[1] ?? '';
          say(refuses ? '451 not now' : '250 fine');
        } else if (/^DATA/i.test(text)) {
          isData = true;
          say('354 go on');
        } else {
          say(/^QUIT/i.test(text) ? '221 bye' : '250 double');
        }
      }
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    refuse(value) {
      refuses = value;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
