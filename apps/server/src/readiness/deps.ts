import type { FeeSettings } from '../payments/index.ts';
import type { Clock, Hasher, Postgres } from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';

export interface ReadinessDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
  fees: FeeSettings;
  /** Where people reach this server. */
  publicUrl(): string;
}

/** Whose stream it is. */
export interface ProgramKey {
  workspaceId: number;
  id: number;
}
