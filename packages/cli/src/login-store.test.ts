import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { forgetLogin, getLogin, keepLogin } from './login-store.ts';

let env: NodeJS.ProcessEnv;
let file: string;
beforeEach(() => {
  env = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'logins-')) };
  file = join(env.XDG_CONFIG_HOME as string, 'headwater', 'logins.json');
});
const anna = { token: 'hwl_a', email: 'anna@x.example' };
const ben = { token: 'hwl_b', email: 'ben@x.example' };

it('keeps a login a server, for this person alone', () => {
  keepLogin('https://one.example', anna, env);
  keepLogin('https://two.example', ben, env);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  forgetLogin('https://one.example', env);
  expect(() => getLogin('https://one.example', env)).toThrow('You are not signed in at https://one.example');
  expect(getLogin('https://two.example', env)).toEqual(ben);
});

it('writes over no file that it cannot read', () => {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '{"https://one.example": ');
  expect(() => keepLogin('https://two.example', ben, env)).toThrow(`${file} cannot be read`);
  expect(readFileSync(file, 'utf8')).toBe('{"https://one.example": ');
});
