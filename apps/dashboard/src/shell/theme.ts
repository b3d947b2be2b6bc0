export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'headwater.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export function readTheme(): Theme {
  const kept = localStorage.getItem(key);
  return themes.find((theme) => theme === kept) ?? 'system';
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  applyTheme();
}

/** Charts draw with the colours of their moment, so they are told when those change. */
export const themeChanged = new EventTarget();

export function applyTheme(): void {
  const theme = readTheme();
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  themeChanged.dispatchEvent(new Event('change'));
}

dark.addEventListener('change', applyTheme);
