import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelsByKind, defaultMedium, mediumRules, sourceWordRules } from './channel-rules.ts';
import { clickIdRules } from './click-ids.ts';
import { sourceRules } from './sources.ts';

const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(' ');
const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

/** Rows of the tables below each heading of docs/channels.md, without the head and its rule. */
function documentedRows(): string[] {
  const page = readFileSync(new URL('../../../../../docs/channels.md', import.meta.url), 'utf8');
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  return lines.filter((line, i) => !line.startsWith('|---') && !lines[i + 1]?.startsWith('|---'));
}

describe('docs/channels.md', () => {
  it('lists every rule, in order, and none besides', () => {
    const channels = Object.entries(defaultMedium).map(([channel, medium]) => [
      `\`${channel}\``,
      medium ? `\`${medium}\`` : 'none',
    ]);
    const rules = [
      ...[...mediumRules, ...sourceWordRules].map((rule) => row(`\`${rule.meaning}\``, code(rule.words))),
      ...clickIdRules.map((rule) => row(`\`${rule.param}\``, code(rule.sources), `\`${rule.channel}\``)),
      ...sourceRules.map((rule) => row(`\`${rule.source}\``, code(rule.hosts), code(rule.words))),
    ];
    const documented = documentedRows();
    const channelRows = documented.slice(0, channels.length).map((line) => line.split(' | ').slice(0, 2));
    expect(channelRows).toEqual(channels.map(([channel, medium]) => [`| ${channel}`, medium]));
    expect(documented.slice(channels.length)).toEqual(rules);
  });

  it('names both channels of every kind of source', () => {
    const page = readFileSync(new URL('../../../../../docs/channels.md', import.meta.url), 'utf8');
    for (const [kind, { natural, paid }] of Object.entries(channelsByKind)) {
      expect(page).toContain(`Kind \`${kind}\`: natural \`${natural}\`, paid \`${paid}\`.`);
    }
  });
});

describe('the rules', () => {
  it('name no host, word or parameter twice', () => {
    const hosts = sourceRules.flatMap((rule) => rule.hosts);
    const words = sourceRules.flatMap((rule) => [rule.source, ...rule.words]);
    const params = clickIdRules.map((rule) => rule.param.toLowerCase());
    for (const names of [hosts, words, params]) {
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    }
  });

  it('are written in lower case, as they are compared', () => {
    const texts = [
      ...sourceRules.flatMap((rule) => [rule.source, ...rule.hosts, ...rule.words]),
      ...mediumRules.flatMap((rule) => rule.words),
    ];
    expect(texts.filter((text) => text !== text.toLowerCase())).toEqual([]);
  });

  it('have words in normalised spelling', () => {
    expect(mediumRules.flatMap((rule) => rule.words).filter((word) => /[ _+.]/.test(word))).toEqual([]);
  });
});
