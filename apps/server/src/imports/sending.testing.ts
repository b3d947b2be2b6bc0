import { createHash } from 'node:crypto';
import type { ImportItem, ImportPartAnswer } from '@headwater/contract';
import { expect } from 'vitest';
import type { Reply, TestServer } from '../../test/test-server.ts';

/** A file as a sender sees it: a header and lines of cells. */
export interface Sheet {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export function sheet(csv: string): Sheet {
  const [head = '', ...lines] = csv.trim().split('\n');
  return { columns: head.split(','), rows: lines.map((line) => line.trim().split(',')) };
}

/** Sends files as the command does, in parts of any size. */
export function createSender(server: TestServer, key = server.key) {
  async function start(file: Sheet, settings: Record<string, unknown>): Promise<Reply> {
    return server.post(
      '/api/v1/imports',
      {
        file_digest: createHash('sha256').update(JSON.stringify(file)).digest('hex'),
        rows: file.rows.length,
        columns: file.columns,
        ...settings,
      },
      key,
    );
  }

  function partOf(file: Sheet, { fields }: ImportItem, part: number, size: number) {
    const first = (part - 1) * size;
    return {
      part,
      rows: file.rows.slice(first, first + size).map((row, index) => ({
        line: first + index + 2,
        values: fields.map(({ column }) => row[file.columns.indexOf(column)] ?? ''),
      })),
    };
  }

  const send = (id: number, body: unknown): Promise<Reply> =>
    server.post(`/api/v1/imports/${id}/rows`, body, key);

  /** The whole file, part by part; answers with the import and each row's refusal. */
  async function importAll(file: Sheet, settings: Record<string, unknown>, size = 100) {
    const started = await start(file, settings);
    expect(started.status, JSON.stringify(started.body)).toBe(201);
    let item: ImportItem = started.body.data;
    const refused: ImportPartAnswer['refused'] = [];
    for (let part = item.next_part; (part - 1) * size < file.rows.length; part += 1) {
      const reply = await send(item.id, partOf(file, item, part, size));
      expect(reply.status, JSON.stringify(reply.body)).toBe(200);
      const answer: ImportPartAnswer = reply.body.data;
      refused.push(...answer.refused);
      item = answer.import;
    }
    return { item, refused };
  }

  return { start, partOf, send, importAll };
}
