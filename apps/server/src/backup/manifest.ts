import { BackupDamaged, BackupRefused } from './refusals.ts';

/** What a backup says of itself: its first member. */
export interface Manifest {
  format: number;
  /** Version of the program that made it. */
  headwater: string;
  id: string;
  /** The instant that it shows: what was acknowledged before is in it, what began after is not. */
  snapshotAt: string;
  postgres: {
    version: string;
    migrations: string[];
    tables: Table[];
    /** First days of the months that clicks are cut into. */
    clickMonths: string[];
  };
  clickhouse: { migrations: string[]; columns: string[] };
  /** By this another secret is told from the one that it was made with, and nothing more. */
  secret: { fingerprint: string; isIncluded: boolean };
}

export interface Table {
  name: string;
  columns: string[];
}

/** What is added up for the end: what a restore must come to. */
export interface Totals {
  /** By table; of ClickHouse `events`. */
  rows: Record<string, number>;
  events: number;
}

export const manifestName = 'manifest.json';
export const format = 1;

/** What of a store's migrations this program has. */
export interface Known {
  postgres: readonly string[];
  clickhouse: readonly string[];
}

/** @throws BackupRefused for a form that this program does not know */
export function refuseNewerFormat(path: string, manifest: Manifest): void {
  if (!Number.isInteger(manifest.format) || manifest.format < 1) {
    throw new BackupDamaged(path, 'it is no backup of Headwater');
  }
  if (manifest.format > format)
    throw newer(path, manifest, `format ${manifest.format}, this one reads ${format}`);
}

const newer = (path: string, { headwater }: Manifest, what: string) =>
  new BackupRefused(
    `${path} was made by a newer Headwater (${headwater}: ${what}). Install that version or a later one, and restore with it.`,
  );

/** @throws BackupRefused for rows of a schema that this program does not know */
export function refuseNewerSchema(path: string, manifest: Manifest, known: Known): void {
  const unknown = [
    ...manifest.postgres.migrations.filter((name) => !known.postgres.includes(name)),
    ...manifest.clickhouse.migrations.filter((name) => !known.clickhouse.includes(name)),
  ];
  if (unknown.length > 0) throw newer(path, manifest, `it knows ${unknown.join(', ')}`);
}

export function parse<T>(path: string, body: Buffer): T {
  try {
    return JSON.parse(body.toString()) as T;
  } catch {
    throw new BackupDamaged(path, 'what it says of itself cannot be read');
  }
}
