import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { expect } from 'vitest';
import type { Fence } from '../../scripts/fences.mjs';
import { openShell } from '../../scripts/shell-session.mjs';
import { type Document, fillIn, portOf, root, type Values, whyNotRun } from './documents.ts';
import { expectAnswer, lastJson, patternOf } from './expect-answer.ts';
import { type Run, runModule } from './run-module.ts';

/**
 * What a document's commands find. curl fails when it is refused, as a reader would notice, unless a refusal is what the document
 * shows; it ends a stream after a moment. `headwater` is the command of this repository.
 */
const aroundCommands = `
curl() {
  local said code patience=()
  case " $* " in *" -sN "*) patience=(--max-time 1) ;; esac
  said=$(command curl "\${patience[@]}" -w '\\n%{http_code}' "$@") || [ $? = 28 ] || return 7
  code=\${said##*$'\\n'}
  echo "$code" > "$CURL_STATUS"
  printf '%s\\n' "\${said%$'\\n'*}"
  [ "$code" -lt 400 ] || [ "$REFUSAL_IS_EXPECTED" = 1 ] || { echo "curl was answered $code: $said" >&2; return 22; }
}
headwater() { node "$HEADWATER_BIN" "$@"; }
npx() { [ "$1" = headwater ] || { echo "npx $1 is not what a document may need" >&2; return 1; }; shift; headwater "$@"; }
REFUSAL_IS_EXPECTED=0
`;

export interface Surroundings {
  folder: string;
  values: Omit<Values, 'ports' | 'clickId'>;
  env(): NodeJS.ProcessEnv;
  /** Somebody comes by a partner's link; answers their click id. */
  newVisitor(): Promise<string>;
  /** Somebody opens a page of the simulated Stripe and pays. */
  pay(url: string): Promise<void>;
  /** What an answer told, such as a new token: later blocks may use it. */
  learn(output: string): void;
}

/** Runs every block of a document in its order, and holds what it answers against what the document shows. */
export async function runDocument({ path, fences }: Document, around: Surroundings): Promise<void> {
  const folder = await mkdtemp(join(around.folder, 'document-'));
  const statusFile = join(folder, '.curl-status');
  await mkdir(join(folder, '.headwater'));
  await writeFile(join(folder, '.headwater/management-key'), around.values.managementKey);
  await cp(join(root, 'docs/snippets/files'), folder, { recursive: true });
  const env = { ...around.env(), CURL_STATUS: statusFile, HOME: folder };
  const shell = openShell({ cwd: folder, env });
  await shell.run(aroundCommands);
  const running: Run[] = [];
  const ports = new Map<string, number>();
  for (const { text } of fences) {
    const port = portOf(text);
    if (port !== undefined) ports.set(port, await freePort());
  }
  let output = '';
  // One visitor for a document: who signs up in it is who buys.
  let clickId: string | undefined;

  async function runFence(fence: Fence, next: Fence | undefined, where: string, name: string): Promise<void> {
    if (/clk_…|clickId/.test(fence.text)) clickId ??= await around.newVisitor();
    const text = fillIn(fence.text, { ...around.values, clickId: clickId ?? '', ports });
    const status = next?.language === 'json' ? /\bstatus=(\d+)/.exec(next.info)?.[1] : undefined;
    switch (fence.language) {
      case 'sh': {
        output = await shell.run(`REFUSAL_IS_EXPECTED=${status === undefined ? 0 : 1}\n${text}`);
        if (status !== undefined) expect((await readFile(statusFile, 'utf8')).trim(), where).toBe(status);
        around.learn(output);
        const shown = /^# (\{.*\})$/m.exec(text)?.[1];
        if (shown !== undefined) expectAnswer(lastJson(output, where), JSON.parse(shown), where);
        return;
      }
      case 'js':
      case 'ts':
      case 'jsx':
      case 'tsx': {
        const listensOn = portOf(text);
        const port = listensOn === undefined ? undefined : Number(listensOn);
        const module = { folder: around.folder, name, language: fence.language, code: text, port };
        const run = await runModule(module, { ...env, CLICK_ID: clickId });
        running.push(run);
        output = run.output;
        for (const [page] of output.matchAll(/http:\S+\/pay\/\S+/g)) await around.pay(page);
        return;
      }
      case 'json': {
        const shown = JSON.parse(text);
        if (isAnswer(fences, fence)) expectAnswer(lastJson(output, where), shown, where);
        return;
      }
      case 'console':
        for (const { command, shown } of readTranscript(text)) {
          // Some end with a code that says what was found, and that is no failure.
          output = await shell.run(`{ ${command}\n} 2>&1 || true`);
          if (shown !== '') expect(output.replaceAll(/ +$/gm, '').trim(), where).toMatch(patternOf(shown));
        }
        return;
      case 'text':
        expect(output.trim(), where).toMatch(patternOf(text));
        return;
      case 'http':
        for (const line of text.split('\n')) await ask(line, where);
        return;
      case 'html':
        for (const [, address] of text.matchAll(/\bsrc="([^"]+)"/g))
          expect((await fetch(address ?? '')).status, `${where}: ${address}`).toBe(200);
        for (const [, script] of text.matchAll(/<script>([\s\S]*?)<\/script>/g)) new Script(script ?? '');
        return;
      default:
        throw new Error(`nothing here can run ${fence.language}`);
    }
  }

  /** `GET /path`, or `POST /path {…}`: the route must be there, and understand what it is sent. */
  async function ask(line: string, where: string): Promise<void> {
    const [, method, path, body] = /^([A-Z]+) (\/\S+)\s*(\{.*\})?$/.exec(line) ?? [];
    expect(method, `${where}: ${line}`).toBeDefined();
    const response = await fetch(`${around.values.url}${path}`, {
      method: method as string,
      headers: { authorization: `Bearer ${around.values.managementKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    const answer = await response.text();
    expect(response.status, `${where}: ${line} ${answer}`).toBeLessThan(300);
  }

  try {
    for (const [index, fence] of fences.entries()) {
      if (fence.language === '' || whyNotRun(fence) !== undefined) continue;
      const where = `${path}:${fence.line}`;
      const name = `${path.replaceAll(/\W/g, '-')}-${fence.line}`;
      await runFence(fence, fences[index + 1], where, name).catch((error) => {
        throw new Error(`${where}: ${error.message}`, { cause: error });
      });
    }
  } finally {
    for (const run of running) run.end();
    await shell.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Commands behind a `$`, each with what it is shown to print. */
function readTranscript(text: string): { command: string; shown: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.split('\n');
      return { command, shown: shown.join('\n').trim() };
    });
}

/** JSON right after something that was run, under the same heading, is what was answered. */
function isAnswer(fences: readonly Fence[], fence: Fence): boolean {
  const before = fences[fences.indexOf(fence) - 1];
  return before !== undefined && before.heading === fence.heading && /^(sh|js|ts)$/.test(before.language);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

export const commandPath = join(root, 'packages/cli/bin/headwater.mjs');
