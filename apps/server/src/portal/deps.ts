import type { People } from '../people/index.ts';
import type { ClickHouse, Clock, Hasher, Postgres, Sealer } from '../platform/index.ts';
import type { Directory, SetUpDeps } from '../workspaces/index.ts';

/** What this room stands on. */
export interface PortalDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
  sealer: Sealer;
  people: People;
  installationFee: SetUpDeps['installationFee'];
  lagSeconds(): Promise<number>;
}
