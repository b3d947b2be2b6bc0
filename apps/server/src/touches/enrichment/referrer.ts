import { LRUCache } from 'lru-cache';
import { getDomain, getDomainWithoutSuffix } from 'tldts';
import { cut } from './clean-text.ts';
import { type SourceRule, sourceRules } from './sources.ts';

/** Where a visitor came from, as far as the browser tells. */
export interface Referrer {
  /** Without `www.`. */
  host: string;
  /** Origin and path only: queries of other sites may hold anything. At most 2,048 characters. */
  url: string;
  rule: SourceRule | null;
}

interface HostFacts {
  /** Registrable domain, or the host itself for `localhost` and addresses: the border between "own" and "foreign". */
  site: string;
  rule: SourceRule | null;
}

const MAX_REFERRER_LENGTH = 4096;
const MAX_KEPT_LENGTH = 2048;
const MAX_HOST_LENGTH = 253;

/** Private suffixes count (`github.io`, `myshopify.com`): two shops on one platform are strangers. */
const domainOptions = { allowPrivateDomains: true, extractHostname: false, validateHostname: false };

const ruleByHost = new Map<string, SourceRule>();
const ruleByName = new Map<string, SourceRule>();
const ruleByApp = new Map<string, SourceRule>();
for (const rule of sourceRules) {
  for (const host of rule.hosts) {
    if (host.startsWith('app:')) ruleByApp.set(host.slice(4), rule);
    else if (host.endsWith('.*')) ruleByName.set(host.slice(0, -2), rule);
    else ruleByHost.set(host, rule);
  }
}

const cache = new LRUCache<string, HostFacts>({ max: 8192 });

/** Reads an http(s) or `android-app://` referrer; null for anything else. */
export function readReferrer(text: string | null): Referrer | null {
  if (!text) return null;
  let url: URL;
  try {
    url = new URL(cut(text, MAX_REFERRER_LENGTH));
  } catch {
    return null;
  }
  if (url.hostname === '' || url.hostname.length > MAX_HOST_LENGTH) return null;
  if (url.protocol === 'android-app:') {
    const app = url.hostname;
    return { host: app, url: `android-app://${app}/`, rule: ruleByApp.get(app) ?? null };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return {
    host: withoutWww(url.hostname),
    url: cut(url.origin + url.pathname, MAX_KEPT_LENGTH),
    rule: hostFacts(url.hostname).rule,
  };
}

/** The registrable domain of a lower-case host name (`shop.example.co.uk` → `example.co.uk`). */
export function siteOf(host: string): string {
  return hostFacts(host).site;
}

/** The known source a host name belongs to. */
export function findSourceByHost(host: string): SourceRule | null {
  return host.length > MAX_HOST_LENGTH ? null : hostFacts(host).rule;
}

export function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host;
}

function hostFacts(host: string): HostFacts {
  const known = cache.get(host);
  if (known) return known;
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const facts = { site: getDomain(name, domainOptions) ?? name, rule: findRule(name) };
  cache.set(host, facts);
  return facts;
}

/** From the full name towards its end, so that `mail.google.com` is found before `google.*`. */
function findRule(host: string): SourceRule | null {
  for (let name = host; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const rule = ruleByHost.get(name);
    if (rule) return rule;
  }
  // No private suffixes here: `google.github.io` is not Google.
  const name = getDomainWithoutSuffix(host, { ...domainOptions, allowPrivateDomains: false });
  return name ? (ruleByName.get(name) ?? null) : null;
}
