import { expect, it } from 'vitest';
import { checkDisk, checkNode } from './machine.ts';

const gigabyte = 1024 ** 3;

it.each([
  ['v20.18.3', 'fail'],
  ['v20.19.0', 'ok'],
  ['v18.20.0', 'fail'],
  ['v24.1.0', 'ok'],
])('Node.js %s: %s', (version, status) => {
  expect(checkNode('node', version).status).toBe(status);
});

it.each([
  [0.5, 'fail'],
  [3, 'warning'],
  [50, 'ok'],
])('%d GB free: %s', (free, status) => {
  const check = checkDisk('disk', free * gigabyte);
  expect(check.status).toBe(status);
  expect(check.advice === null).toBe(status === 'ok');
});
