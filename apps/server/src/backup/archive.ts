import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupDamaged } from './refusals.ts';

/**
 * The file of a backup is a plain tar archive (POSIX ustar), so that `tar xf` opens it should this program be lost. Written
 * front to back, its members one at a time in memory; the last one, `end.json`, holds the SHA-256 of every byte before it and
 * of what it says itself.
 */
export interface Member {
  name: string;
  body: Buffer;
}

export const endName = 'end.json';

const block = 512;
// Members are cut at a few megabytes by whoever writes them: a header that names more is no header of ours.
const largestMember = 512 * 1024 * 1024;

export interface ArchiveWriter {
  add(name: string, body: Buffer): Promise<void>;
  /** Writes the last member, and gives the file its name: under that name a file is whole, or is not there. */
  finish(end: Record<string, unknown>): Promise<{ bytes: number; sha256: string }>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Begins an archive beside its final place. Readable by its owner alone: it holds what the database holds. */
export async function createArchive(path: string, madeAt: Date): Promise<ArchiveWriter> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  const write = async (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
    await file.writev([chunk]);
  };
  const add = async (name: string, body: Buffer) => {
    await write(headerOf(name, body.length, madeAt));
    await write(body);
    const rest = body.length % block;
    if (rest > 0) await write(Buffer.alloc(block - rest));
  };
  return {
    add,
    async finish(end) {
      const sha256 = hash.copy().update(JSON.stringify(end)).digest('hex');
      await add(endName, endBody(end, sha256));
      await write(Buffer.alloc(2 * block));
      await file.sync();
      await file.close();
      await rename(partial, path);
      await syncDirectory(dirname(path));
      return { bytes, sha256 };
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await directory.sync().catch(() => undefined);
  await directory.close();
}

/**
 * The members of an archive, in order. Each byte of the file is held against the checksum on the way, but what that comes to is
 * known at the end only: read an archive to its end before believing any of it.
 * @throws BackupDamaged
 */
export async function* readArchive(path: string): AsyncGenerator<Member> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    let isFirst = true;
    for (let at = 0; ; ) {
      const head = await readExactly(file, at, block);
      const found = head && readHeader(head);
      if (isFirst && found === undefined) throw new BackupDamaged(path, 'it is no backup of Headwater');
      if (head === undefined || found === undefined) throw cutOffOrDamaged(path, at, head);
      isFirst = false;
      const padded = Math.ceil(found.size / block) * block;
      const content = await readExactly(file, at + block, padded);
      if (content === undefined) throw cutOffOrDamaged(path, at + block, undefined);
      const member = { name: found.name, body: content.subarray(0, found.size) };
      at += block + padded;
      if (found.name === endName) {
        checkEnd(path, hash, head, content.subarray(0, found.size), content.subarray(found.size));
        await checkNothingFollows(path, file, at);
        yield member;
        return;
      }
      hash.update(head).update(content);
      yield member;
    }
  } finally {
    await file.close();
  }
}

function cutOffOrDamaged(path: string, at: number, head: Buffer | undefined): BackupDamaged {
  return head === undefined || head.every((byte) => byte === 0)
    ? new BackupDamaged(path, `it is cut off: it ends after ${at} bytes, without its end`)
    : new BackupDamaged(path, `what stands at byte ${at} cannot be read`);
}

const endBody = (end: Record<string, unknown>, sha256: string) =>
  Buffer.from(`${JSON.stringify({ ...end, sha256 }, null, 2)}\n`);

/** The end vouches for itself, too: it must be, byte for byte, what is written for what it says. */
function checkEnd(path: string, hash: Hash, head: Buffer, body: Buffer, padding: Buffer): void {
  const { sha256, ...end } = parse(body) ?? {};
  const expected = hash.update(JSON.stringify(end)).digest('hex');
  const madeAt = new Date(Number.parseInt(head.toString('latin1', 136, 147), 8) * 1000);
  if (
    sha256 === expected &&
    body.equals(endBody(end, expected)) &&
    head.equals(headerOf(endName, body.length, madeAt)) &&
    padding.every((byte) => byte === 0)
  ) {
    return;
  }
  throw new BackupDamaged(path, 'its checksum is not the one it was made with');
}

async function checkNothingFollows(path: string, file: FileHandle, at: number): Promise<void> {
  const { size } = await file.stat();
  const rest = await readExactly(file, at, 2 * block);
  if (rest === undefined) throw new BackupDamaged(path, 'it is cut off at its very end');
  if (size === at + 2 * block && rest.every((byte) => byte === 0)) return;
  throw new BackupDamaged(path, 'something follows its end');
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Undefined where the file ends before. */
async function readExactly(file: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, at + read);
    if (bytesRead === 0) return undefined;
    read += bytesRead;
  }
  return buffer;
}

// POSIX.1-2017, pax, "ustar Interchange Format": name 0, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156,
// magic 257, version 263. Numbers are octal text.
function headerOf(name: string, size: number, at: Date): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  header.write(name, 0, 100);
  header.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100);
  header.write(`${octal(size, 11)}\0${octal(Math.floor(at.getTime() / 1000), 11)}\0`, 124);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(`${octal(sumOf(header), 6)}\0 `, 148);
  return header;
}

function readHeader(header: Buffer): { name: string; size: number } | undefined {
  const text = (from: number, length: number) =>
    header.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  const name = text(0, 100);
  const size = Number.parseInt(text(124, 12), 8);
  const isOurs = text(257, 6) === 'ustar' && Number.parseInt(text(148, 8), 8) === sumOf(header);
  return isOurs && name !== '' && size >= 0 && size <= largestMember ? { name, size } : undefined;
}

/** With the checksum's own eight bytes as blanks. */
function sumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < block; index += 1)
    if (index < 148 || index >= 156) sum += header[index] as number;
  return sum;
}
