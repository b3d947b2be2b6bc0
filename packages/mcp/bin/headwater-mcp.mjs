#!/usr/bin/env node
// The server as it is called. Packed it is built already; in the repository it is built here the first time.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(built))) {
  const { buildMcp } = await import(new URL('../build.mjs', import.meta.url).href);
  await buildMcp();
}
const { run } = await import(built.href);
process.exitCode = await run(process.argv.slice(2), process.env);
