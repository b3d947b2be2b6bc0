import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Of the server's bundle: everything from node_modules stays there.
  ssr: { external: true },
});
