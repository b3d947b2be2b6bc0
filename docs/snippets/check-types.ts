import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './documents.ts';

/** Checks all TypeScript of the documents at once, strictly, with the SDK's own types. Answers what the compiler says. */
export async function checkTypes(
  folder: string,
  modules: readonly { name: string; language: string; code: string }[],
): Promise<string> {
  const sdk = (name: string) => [join(root, `packages/sdk/src/${name}.ts`)];
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      jsx: 'react-jsx',
      lib: ['es2024', 'dom', 'dom.iterable'],
      // A function that a reader is to call is not used in the snippet.
      ...{ noUnusedLocals: false, noUnusedParameters: false },
      paths: {
        '@headwater/sdk': sdk('browser'),
        '@headwater/sdk/react': sdk('react'),
        '@headwater/sdk/server': sdk('server'),
      },
    },
    files: modules.map(({ name, language }) => `${name}.${language}`),
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  // Each is a module of its own, whatever it imports.
  for (const { name, language, code } of modules)
    await writeFile(join(folder, `${name}.${language}`), `${code}\nexport {};\n`);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
