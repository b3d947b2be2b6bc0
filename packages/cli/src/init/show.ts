import { type Output, table } from '../output.ts';
import type { Initialized } from './keep-program.ts';

const contents: Readonly<Record<string, string>> = {
  '.headwater.json': 'which server, program and website: no secret, commit it',
  '.env': 'the tokens: leave it out of git',
  '.gitignore': 'leaves .env out',
};
const verbs = { written: 'written', extended: 'extended', kept: 'as it was' };

/** What was made and written, and what to do next. */
export function showInit(out: Output, done: Initialized): void {
  const { color } = out;
  const { program, created, url, website_id: websiteId } = done;
  const tick = color.green('✓');
  out.line(
    `${tick} ${created ? 'Made' : 'This folder is about'} program ${program.id}, ${program.name} (${program.domain}), at ${url}`,
  );
  if (websiteId !== null) out.line(`${tick} Page views go to website ${websiteId}`);
  for (const line of table(
    done.files.map(({ path, did }) => [`${tick} ${path}`, verbs[did], color.dim(contents[path] ?? '')]),
  ))
    out.line(line);
  for (const warning of done.warnings) out.line(`${color.yellow('!')} ${warning}`);
  if (!created && done.files.every(({ did }) => did === 'kept')) {
    out.line('\nNothing was made: headwater status says how far it is.');
    return;
  }
  const page = websiteId === null ? '' : ` data-website-id="${websiteId}"`;
  out.line(`\nNext, on every page of ${program.domain}:\n`);
  out.line(`  <script async src="${url}/js/headwater.js" data-program-id="${program.id}"${page}></script>\n`);
  const steps = [
    ['headwater test chain', 'a click, a sign-up and a sale, attributed: nothing counts them'],
    ['headwater partners create --name Anna', 'the first partner, and their link'],
    ['headwater status', 'what is still to do'],
  ];
  for (const line of table(steps.map(([command, why]) => [`  ${command}`, color.dim(why ?? '')])))
    out.line(line);
}
