import { expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

it('asks two at a time, in their order, and goes on after a refusal', async () => {
  const asked: number[] = [];
  const answers = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  const all = [1, 2, 3, 4].map((number) =>
    inTurn(() => {
      asked.push(number);
      return new Promise<string>((resolve, reject) => answers.set(number, { resolve, reject }));
    }).catch(({ message }: Error) => message),
  );
  await Promise.resolve();
  expect(asked).toEqual([1, 2]);
  answers.get(2)?.reject(new Error('refused'));
  await all[1];
  expect(asked).toEqual([1, 2, 3]);
  answers.get(1)?.resolve('first');
  await all[0];
  expect(asked).toEqual([1, 2, 3, 4]);
  for (const number of [3, 4]) answers.get(number)?.resolve(`${number}`);
  expect(await Promise.all(all)).toEqual(['first', 'refused', '3', '4']);
});
