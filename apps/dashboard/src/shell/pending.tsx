import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiError } from '../client/index.ts';
import { Failure, Lines } from '../parts/states.tsx';
import { useIsWaiting } from './load.ts';

const away = new ApiError(0, 'The server cannot be reached. The page opens as soon as it is back');

/** In place of a page whose file is still to come. */
export function PagePending() {
  return useIsWaiting() ? <Failure error={away} /> : <Lines count={10} />;
}

const afterMs = 4_000;

/** All pages are fetched when there is nothing else to do, so that they open even while the server restarts. */
export function usePagesAhead(): void {
  const router = useRouter();
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const route of Object.values(router.routesById)) {
        const component = (route as { options: { component?: { preload?: () => unknown } } }).options
          .component;
        void component?.preload?.();
      }
    }, afterMs);
    return () => clearTimeout(timer);
  }, [router]);
}
