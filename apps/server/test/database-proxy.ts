import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A way to a database that can be closed, as when the database's machine is away. */
export interface DatabaseProxy {
  /** The same database, through this proxy. */
  urlOf(databaseUrl: string): string;
  /** Breaks every connection and takes no new one. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function openDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  async function open(): Promise<void> {
    if (server !== undefined) return;
    const opened = createServer((client) => {
      const upstream = createConnection({ host: target.hostname, port: Number(target.port || 5432) });
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    port = (opened.address() as { port: number }).port;
    server = opened;
  }

  await open();
  return {
    urlOf(url) {
      const through = new URL(url);
      through.hostname = '127.0.0.1';
      through.port = String(port);
      // The path of a unix socket, which would lead past us.
      through.searchParams.delete('host');
      return through.href;
    },
    async close() {
      const closing = server;
      server = undefined;
      const closed = new Promise((resolve) =>
        closing === undefined ? resolve(null) : closing.close(resolve),
      );
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open,
  };
}
