/**
 * Where Headwater is and what opens it. From the environment and nowhere else: a key that a tool took as an argument
 * would stand in the conversation, and in whatever keeps it.
 */
export interface Settings {
  /** Where Headwater runs. */
  url: string;
  /** Management key, `affk_…`. */
  key: string | undefined;
  /** Tracking token of a program, `aff_…`. */
  token: string | undefined;
  /** Token of a website, `tf_…`. */
  websiteToken: string | undefined;
}

export const variables = {
  key: 'HEADWATER_KEY',
  token: 'HEADWATER_TOKEN',
  websiteToken: 'HEADWATER_WEBSITE_TOKEN',
} as const;
export type KeyName = keyof typeof variables;

/** What a key is and where there is one, for who has none. */
export const keyWords: Readonly<Record<KeyName, string>> = {
  key: 'a management key (affk_…), made in Settings on the dashboard; the first lies in .headwater/management-key',
  token: 'the program’s tracking token (aff_…), shown when the program is made; Settings makes a new one',
  websiteToken: 'the website’s token (tf_…), shown when the website is made; Settings makes a new one',
};

export class SettingsError extends Error {}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const url = env.HEADWATER_URL?.trim() || 'http://localhost:3000';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new SettingsError('HEADWATER_URL must be where Headwater runs, as in https://headwater.example');
  const read = (name: string) => env[name]?.trim() || undefined;
  return {
    url: url.replace(/\/+$/, ''),
    key: read(variables.key),
    token: read(variables.token),
    websiteToken: read(variables.websiteToken),
  };
}
