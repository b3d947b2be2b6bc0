import { HeadwaterProvider } from '@headwater/sdk/react';
import { createContext, useContext, useEffect, useState } from 'react';

/** A file in `pages/` is a page at its name, as in Next.js. */
const files = import.meta.glob('./pages/*.jsx', { eager: true });
const pages = Object.fromEntries(
  Object.entries(files).map(([file, module]) => [
    file.slice('./pages'.length, -'.jsx'.length),
    module.default,
  ]),
);
const pageAt = (path) => pages[path === '/' ? '/home' : path] ?? pages['/home'];

const Router = createContext(null);

/** `go(path)` shows another page without loading it. The tracker sees that by itself. */
export const useRouter = () => useContext(Router);

/** On the server and in the browser: the same page, with the same settings. */
export function App({ path: firstPath, settings }) {
  const [path, setPath] = useState(firstPath);
  useEffect(() => {
    const follow = () => setPath(location.pathname);
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = (to) => {
    history.pushState(null, '', to);
    setPath(new URL(to, location.href).pathname);
  };
  const Page = pageAt(path);
  return (
    <HeadwaterProvider {...settings}>
      <Router value={{ go }}>
        <main>
          <Page />
        </main>
      </Router>
    </HeadwaterProvider>
  );
}
