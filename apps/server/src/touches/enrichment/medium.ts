import { LRUCache } from 'lru-cache';
import { type MediumMeaning, type MediumRule, mediumRules } from './channel-rules.ts';

const cache = new LRUCache<string, { meaning: MediumMeaning | null }>({ max: 1024 });

/** What a lower-case `utm_medium` means by the first matching row of `mediumRules`; null when no row knows it. */
export function mediumMeaning(medium: string): MediumMeaning | null {
  const known = cache.get(medium);
  if (known) return known.meaning;
  const meaning = wordMeaning(medium.replace(/[ _+.]/g, '-'), mediumRules);
  cache.set(medium, { meaning });
  return meaning;
}

/** The meaning of the first rule with a matching word. */
export function wordMeaning(text: string, rules: readonly MediumRule[]): MediumMeaning | null {
  for (const rule of rules) {
    if (rule.words.some((word) => matches(text, word))) return rule.meaning;
  }
  return null;
}

function matches(text: string, pattern: string): boolean {
  const openStart = pattern.startsWith('*');
  const openEnd = pattern.endsWith('*');
  const word = pattern.slice(openStart ? 1 : 0, openEnd ? -1 : undefined);
  if (openStart && openEnd) return text.includes(word);
  if (openStart) return text.endsWith(word);
  return openEnd ? text.startsWith(word) : text === word;
}
