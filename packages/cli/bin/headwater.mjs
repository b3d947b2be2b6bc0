#!/usr/bin/env node
// The command as it is called. Built with the server; built here when somebody is quicker.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(built))) {
  const { buildCli } = await import(new URL('../build.mjs', import.meta.url).href);
  await buildCli();
}
const { run } = await import(built.href);
process.exitCode = await run(process.argv.slice(2));
