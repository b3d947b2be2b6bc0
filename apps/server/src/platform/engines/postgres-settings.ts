/** A PostgreSQL setting by name, as on the `postgres` command line. */
export type PostgresSettings = Record<string, string | number>;

/**
 * Settings of the embedded PostgreSQL: one machine shared with a node process and a ClickHouse, ten to a hundred
 * connections, short transactions and group-committed inserts. Given on the command line at every start, so that an
 * older data directory follows newer choices. fsync, full_page_writes and synchronous_commit stay on.
 */
const defaultSettings: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  // Set where the path is short enough: see socketDirectory() in postgres-directory.ts. TCP is there for people's tools.
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: 100,
  shared_buffers: '256MB',
  // Fewer and larger checkpoints: every first change of a page after one writes the whole page to the log.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  // After a crash the file system is synced at once, not 1,700 files one by one: ready in 0.25 s instead of 0.5 s on an idle
  // machine, measured; it grows with what else writes.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
  // Compiling costs more than it saves on queries of milliseconds.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // Rejected rows and failed statements may hold personal data; the caller gets the full error anyway.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** `-c name=value` arguments for the `postgres` program. */
export function settingsArguments(settings: PostgresSettings): string[] {
  return Object.entries({ ...defaultSettings, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}
