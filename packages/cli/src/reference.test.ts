import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { exitCodes } from './failure.ts';
import { leavesOf, sectionOf } from './reference.testing.ts';
import { commandTree } from './tree.ts';

const doc = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const leaves = leavesOf(commandTree(() => {}));
const headings = doc.split('\n').filter((line) => line.startsWith('### '));

it('docs/cli.md names the commands that there are, and no others', () => {
  expect(headings.sort()).toEqual(leaves.map(({ path }) => `### ${path}`).sort());
});

it.each(leaves)('docs/cli.md says of $path what --help says', (leaf) => {
  expect(doc).toContain(`${sectionOf(leaf)}\n`);
});

it('every command answers in JSON, and says where help is when it is called wrongly', () => {
  for (const { path, command } of leaves) {
    expect(
      command.options.map(({ long }) => long),
      path,
    ).toContain('--json');
  }
});

it('docs/cli.md and --help name every exit code', () => {
  let help = '';
  const root = commandTree(() => {}).configureOutput({ writeOut: (text) => (help += text) });
  root.outputHelp();
  for (const [name, code] of Object.entries(exitCodes)) {
    expect(doc, name).toMatch(new RegExp(`^\\| ${code} \\| \\S`, 'm'));
    expect(help.split('Exit codes:')[1], name).toMatch(new RegExp(`(^|\\s)${code} \\w`));
  }
  const settings = help.match(/HEADWATER_\w+/g) ?? [];
  expect(settings.length).toBeGreaterThan(3);
  for (const name of settings) expect(doc).toContain(`| \`${name}\` |`);
});
