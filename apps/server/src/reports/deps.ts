import type { ClickHouse, Clock, Postgres } from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';

/** What the routes of this room stand on. */
export interface ReportDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  directory: Directory;
  clock: Clock;
  lagSeconds(): Promise<number>;
}
