// `npm start`: builds what runs, then becomes the server.
import { buildAll } from './build.mjs';

await buildAll();
await import('../apps/server/dist/main.js');
