import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Fence, readFences } from '../../scripts/fences.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Document {
  /** From the root of the repository. */
  path: string;
  text: string;
  fences: Fence[];
}

/** Everything that people read to use Headwater; the README first, whose program the others go on with. */
export function readDocuments(): Document[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => `${folder}/${name}`);
  const paths = [
    'README.md',
    ...inFolder('docs'),
    ...inFolder('docs/guides'),
    ...inFolder('examples'),
    'packages/sdk/README.md',
    'packages/tracker/README.md',
  ];
  return paths.map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, fences: readFences(text) };
  });
}

/** Why a block is not run here: `not-run="…"` in its first line. Undefined: it is run. */
export function whyNotRun({ info }: Fence): string | undefined {
  return /\bnot-run="([^"]+)"/.exec(info)?.[1];
}

/** What is written in place of a reader's own ids, tokens and addresses. */
export interface Values {
  url: string;
  programToken: string;
  websiteId: string;
  websiteToken: string;
  managementKey: string;
  clickId: string;
  stripeKey: string;
  /** Ports that snippets listen on, and the free ones they get. */
  ports: ReadonlyMap<string, number>;
}

export function fillIn(text: string, values: Values): string {
  const ports = [...values.ports].reduce(
    (filled, [port, free]) =>
      filled.replaceAll(`localhost:${port}`, `localhost:${free}`).replaceAll(listening(port), listenOn(free)),
    text,
  );
  return ports
    .replaceAll(/https?:\/\/(localhost:3000|(your-)?headwater\.example|headwater\.acme\.com)/g, values.url)
    .replaceAll('affk_…', values.managementKey)
    .replaceAll('aff_…', values.programToken)
    .replaceAll('tf_…', values.websiteToken)
    .replaceAll('web_…', values.websiteId)
    .replaceAll('clk_…', values.clickId)
    .replaceAll('rk_…', values.stripeKey)
    .replaceAll('whsec_…', `whsec_${'documents'.repeat(4)}`);
}

/** The port that a program of a document listens on. */
export const portOf = (code: string): string | undefined => /\.listen\((?:\{ port: )?(\d+)/.exec(code)?.[1];

const listening = (port: string) => new RegExp(`\\.listen\\((\\{ port: )?${port}`, 'g');
const listenOn = (port: number) => `.listen($1${port}`;
