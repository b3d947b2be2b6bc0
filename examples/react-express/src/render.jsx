import { renderToString } from 'react-dom/server';
import { App } from './app.jsx';

/** A page as the server sends it. The SDK is in it and does nothing there: it starts in the browser. */
export const render = (path, settings) => renderToString(<App path={path} settings={settings} />);
