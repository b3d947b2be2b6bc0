import { lazyRouteComponent as lazyComponent } from '@tanstack/react-router';
import { lazy, useSyncExternalStore } from 'react';

const retryMs = 2_000;
const reloadedKey = 'headwater.reloaded';
const oncePerMs = 60_000;

const changed = new EventTarget();
let waits = 0;

function wait(by: 1 | -1): void {
  waits += by;
  changed.dispatchEvent(new Event('change'));
}

/** Whether a part of the dashboard itself is waited for, since the server is away. */
export function useIsWaiting(): boolean {
  return useSyncExternalStore(
    (tell) => {
      changed.addEventListener('change', tell);
      return () => changed.removeEventListener('change', tell);
    },
    () => waits > 0,
  );
}

/**
 * Loads a part of the dashboard; while the server is away it waits until it is back. A browser may remember that a file could not
 * be had, and a new version has replaced the files of this one: then the page is loaded anew, once the server can give it.
 */
export async function loadUntilThere<Part>(load: () => Promise<Part>): Promise<Part> {
  const first = await load().catch(() => undefined);
  if (first !== undefined) return first;
  wait(1);
  try {
    while (!(await isServerThere())) await new Promise((resolve) => setTimeout(resolve, retryMs));
    return await load();
  } catch (error) {
    const last = Number(sessionStorage.getItem(reloadedKey));
    // It is there and still cannot be loaded, right after that was tried: a mistake of ours, which is shown.
    if (Date.now() - last < oncePerMs) throw error;
    sessionStorage.setItem(reloadedKey, String(Date.now()));
    location.reload();
    return await new Promise(() => {});
  } finally {
    wait(-1);
  }
}

async function isServerThere(): Promise<boolean> {
  const reply = await fetch('/api/auth/state', { cache: 'no-store' }).catch(() => undefined);
  return reply?.ok === true;
}

/** A page, loaded when it is opened or pointed at; it waits for a server that is away. */
export const lazyRouteComponent: typeof lazyComponent = (load, name) =>
  lazyComponent(() => loadUntilThere(load), name);

/** A part of a page that is loaded when it is shown. */
export const lazyPart: typeof lazy = (load) => lazy(() => loadUntilThere(load));
