import { endName, readArchive } from './archive.ts';
import {
  type Known,
  type Manifest,
  manifestName,
  parse,
  refuseNewerFormat,
  refuseNewerSchema,
  type Totals,
} from './manifest.ts';
import { BackupDamaged } from './refusals.ts';

/** What a file says of itself, after every byte of it was held against its checksum. */
export interface Checked {
  manifest: Manifest;
  totals: Totals;
  /** The files of the data directory that came along. */
  secrets: ReadonlyMap<string, string>;
}

/** Reads a backup to its end. Nothing is touched before this has passed. @throws BackupRefused, with what to do */
export async function checkArchive(path: string, known: Known): Promise<Checked> {
  let manifest: Manifest | undefined;
  let totals: Totals | undefined;
  const secrets = new Map<string, string>();
  for await (const { name, body } of readArchive(path)) {
    if (name === manifestName) {
      manifest = parse<Manifest>(path, body);
      // At once: of another form the rest cannot be judged.
      refuseNewerFormat(path, manifest);
    } else if (manifest === undefined) throw new BackupDamaged(path, 'it is no backup of Headwater');
    else if (name.startsWith('secret/')) secrets.set(name.slice('secret/'.length), body.toString());
    else if (name === endName) totals = parse<Totals>(path, body);
  }
  if (manifest === undefined || totals === undefined) throw new BackupDamaged(path, 'it is not whole');
  refuseNewerSchema(path, manifest, known);
  return { manifest, totals, secrets };
}
