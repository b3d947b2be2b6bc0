import { createColors } from 'picocolors';

/** Where the command writes: a person's terminal, or a program's pipe. */
export interface Output {
  line(text?: string): void;
  /** Progress and advice: not part of the result, so not on standard output. */
  aside(text: string): void;
  json(value: unknown): void;
  color: ReturnType<typeof createColors>;
  /** Of asides: one of both streams may be a terminal, and the other a file. */
  asideColor: ReturnType<typeof createColors>;
}

export function openOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const colorsFor = (stream: NodeJS.WriteStream) => createColors(stream.isTTY && !process.env.NO_COLOR);
  return {
    line: (text = '') => void stdout.write(`${text}\n`),
    aside: (text) => void stderr.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    color: colorsFor(stdout),
    asideColor: colorsFor(stderr),
  };
}

/** Columns as wide as their widest cell; the last one is as long as it likes. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colour codes of a terminal begin with one
const colorCodes = /\u001b\[\d+m/g;

function width(text: string): number {
  return text.replaceAll(colorCodes, '').length;
}

/** `2026-03-01 12:00` in UTC. */
export function moment(iso: string | null): string {
  return iso === null ? '—' : iso.slice(0, 16).replace('T', ' ');
}
