import '@mantine/core/styles.css';
import 'uplot/dist/uPlot.min.css';
import './styles.css';
import './styles_account.css';
import './styles_projects.css';
import './styles_problem.css';
import './styles_desk.css';
import './i18n/index.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
