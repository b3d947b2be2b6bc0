import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './documents.ts';

/** Names that pieces of a page or of a server use without having made them. */
const around = `
globalThis.clickId = process.env.CLICK_ID;
globalThis.user = { id: 'user_123', email: 'sam@example.com' };
globalThis.App = () => null;`;
const stripeAround = `
import Stripe from 'stripe';
globalThis.stripe = new Stripe(process.env.STRIPE_SECRET_KEY);`;

/** The SDK as it is published, but from its sources; and Stripe's own, which asks the double. */
const packages: Record<string, string> = {
  '@headwater/sdk': join(root, 'packages/sdk/src/browser.ts'),
  '@headwater/sdk/react': join(root, 'packages/sdk/src/react.ts'),
  '@headwater/sdk/server': join(root, 'packages/sdk/src/server.ts'),
};

const simulatedStripe = `
import Real from 'stripe-itself';
const { hostname, port } = new URL(process.env.STRIPE_API_BASE);
export default class Stripe extends Real {
  constructor(key) { super(key, { protocol: 'http', host: hostname, port: Number(port) }); }
}`;

/** Puts a snippet into a program that does what a framework would do with its exports. */
const frame = (file: string, code: string) => `
${around}${code.includes('stripe') ? stripeAround : ''}
const snippet = await import(${JSON.stringify(file)});
if (snippet.POST) {
  const order = { id: 'order_of_a_route', customer: 'user_123', cents: 4900 };
  const headers = { cookie: 'affitor_click_id=' + process.env.CLICK_ID };
  const answer = await snippet.POST(new Request('http://shop/', { method: 'POST', headers, body: JSON.stringify(order) }));
  if (!answer.ok) throw new Error('POST was answered ' + answer.status);
}
if (typeof snippet.default === 'function') {
  const { renderToString } = await import('react-dom/server');
  const { createElement } = await import('react');
  renderToString(createElement(snippet.default));
}`;

export interface Run {
  /** What it wrote; of one that goes on running, what it wrote until it listened. */
  output: string;
  end(): void;
}

/** Runs a module of a document. One that listens goes on until it is ended. */
export async function runModule(
  {
    folder,
    name,
    language,
    code,
    port,
  }: {
    folder: string;
    name: string;
    language: string;
    code: string;
    port: number | undefined;
  },
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: frame('the-snippet', code), resolveDir: folder, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    logLevel: 'silent',
    outfile,
    plugins: [
      {
        name: 'packages',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^the-snippet$/ }, () => ({ path: name, namespace: 'snippet' }));
          onLoad({ filter: /.*/, namespace: 'snippet' }, () => ({
            contents: code,
            loader: language as 'js',
            resolveDir: folder,
          }));
          onResolve({ filter: /^stripe$/ }, () => ({ path: 'stripe', namespace: 'simulated' }));
          onLoad({ filter: /.*/, namespace: 'simulated' }, () => ({ contents: simulatedStripe }));
          onResolve({ filter: /^stripe-itself$/ }, () => ({ path: 'stripe', external: true }));
          onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) =>
            kind === 'entry-point'
              ? undefined
              : packages[path]
                ? { path: packages[path] }
                : { path, external: true },
          );
        },
      },
    ],
  });
  const child = spawn(process.execPath, [outfile], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const code_ = await (port === undefined ? ended : Promise.race([ended, listens(port, child)]));
  if (code_ !== 0) throw new Error(`it ended with ${code_}\n${output}${errors}`);
  return { output, end: () => void child.kill('SIGKILL') };
}

/** Answers 0 when somebody can connect. */
async function listens(port: number, child: ChildProcess): Promise<0> {
  while (child.exitCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.unref();
    });
    if (isOpen) return 0;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return new Promise(() => {});
}
