import { hydrateRoot } from 'react-dom/client';
import { App } from './app.jsx';
import './style.css';

const settings = JSON.parse(document.getElementById('settings').textContent);
hydrateRoot(document.getElementById('app'), <App path={location.pathname} settings={settings} />);
