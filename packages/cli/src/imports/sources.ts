import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { type Entry, openPromise } from 'yauzl';
import { exitCodes, Failure } from '../failure.ts';

/** A file of rows: one on disk, or one inside of a zip archive. It can be read as often as is needed. */
export interface Source {
  name: string;
  open(): Promise<Readable>;
}

/** The file itself, or the files of a zip archive whose names are wanted, in the order of their names. */
export async function findSources(path: string, isWanted: (name: string) => boolean): Promise<Source[]> {
  await access(path).catch(() => {
    throw new Failure(`There is no file ${path}.`, exitCodes.usage, 'no_file');
  });
  if (!path.toLowerCase().endsWith('.zip')) {
    return [{ name: basename(path), open: async () => createReadStream(path) }];
  }
  const names: string[] = [];
  await eachEntry(path, async (entry) => {
    if (isWanted(basename(entry.fileName))) names.push(entry.fileName);
    return true;
  });
  if (names.length === 0) {
    throw new Failure(`${basename(path)} holds no file that this import reads.`, exitCodes.usage, 'no_file');
  }
  return names.sort().map((name) => ({ name: basename(name), open: () => openEntry(path, name) }));
}

async function eachEntry(
  path: string,
  look: (entry: Entry, open: () => Promise<Readable>) => Promise<boolean>,
): Promise<void> {
  const archive = await openPromise(path, { autoClose: false }).catch((cause) => {
    throw new Failure(`${basename(path)} is no zip archive: ${cause.message}`, exitCodes.usage, 'no_zip');
  });
  for await (const entry of archive.eachEntry()) {
    const goesOn = await look(entry, async () => {
      const stream = await archive.openReadStreamPromise(entry);
      stream.once('close', () => archive.close());
      return stream;
    });
    // Whoever opened the entry closes the archive with it.
    if (!goesOn) return;
  }
  archive.close();
}

async function openEntry(path: string, name: string): Promise<Readable> {
  const found: Readable[] = [];
  await eachEntry(path, async (entry, open) => {
    if (entry.fileName !== name) return true;
    found.push(await open());
    return false;
  });
  const [stream] = found;
  if (stream === undefined)
    throw new Failure(`${name} is not in ${basename(path)} any more.`, exitCodes.usage, 'no_file');
  return stream;
}
