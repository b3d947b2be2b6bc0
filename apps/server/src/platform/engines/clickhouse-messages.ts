/** What the supervisor sends to the ClickHouse child over their channel. The password travels here and nowhere else. */
export type ToClickHouseChild =
  | { type: 'start'; directory: string; port: number; user: string; password: string; memoryMb: number }
  | { type: 'stop' };

/** What the child answers. */
export type FromClickHouseChild =
  | { type: 'ready'; version: string }
  /** `port`: taken by another process; `directory`: open in another process; `other`: the message says it. */
  | { type: 'failed'; reason: 'port' | 'directory' | 'other'; message: string };
