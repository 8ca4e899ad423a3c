// Routes. The server answers every path that is no file with the same page.
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router';
import { ApiError } from '../api/errors.ts';
import { ContractPage } from '../contract/contract_page.tsx';
import { EditContractPage } from '../contract/edit_page.tsx';
import { InvoicePage } from '../invoices/invoice_page.tsx';
import { InvoicesPage } from '../invoices/invoices_page.tsx';
import { KeysPage } from '../keys/keys_page.tsx';
import { LimitsPage } from '../limits/limits_page.tsx';
import { AccountsPage } from '../operator/accounts_page.tsx';
import { ReceivedPage } from '../operator/received_page.tsx';
import { OverviewPage } from '../overview/overview_page.tsx';
import { PaymentsPage } from '../payments/payments_page.tsx';
import { PeoplePage } from '../people/people_page.tsx';
import { PlansPage } from '../plans/plans_page.tsx';
import { ProjectPage } from '../projects/project_page.tsx';
import { ProjectsPage } from '../projects/projects_page.tsx';
import { AccountPicker } from '../session/account_picker.tsx';
import { LoginPage } from '../session/login_page.tsx';
import { useSession, useSessionState } from '../session/store.ts';
import { RequestPage } from '../support/request_page.tsx';
import { AllSupportPage, SupportPage } from '../support/support_page.tsx';
import { Empty } from '../ui/states.tsx';
import { Shell } from './shell.tsx';
import { theme } from './theme.ts';

/** Operators see all accounts, people with several choose, people with one go straight in. */
function Home() {
  const { person, accounts } = useSession();
  if (person.realm === 'operators') return <AccountsPage />;
  const only = accounts.length === 1 ? accounts[0] : undefined;
  return only ? <Navigate to={`/accounts/${encodeURIComponent(only.id)}`} replace /> : <AccountPicker />;
}

function Unknown() {
  const { t } = useTranslation();
  return (
    <Empty title={t('app.unknownPage')}>
      <a href="/">{t('app.home')}</a>
    </Empty>
  );
}

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Unknown />,
    children: [
      { path: '/', element: <Home /> },
      { path: '/accounts/:account', element: <OverviewPage /> },
      { path: '/accounts/:account/projects', element: <ProjectsPage /> },
      { path: '/accounts/:account/projects/:project', element: <ProjectPage /> },
      { path: '/accounts/:account/keys', element: <KeysPage /> },
      { path: '/accounts/:account/people', element: <PeoplePage /> },
      { path: '/accounts/:account/invoices', element: <InvoicesPage /> },
      { path: '/accounts/:account/invoices/:number', element: <InvoicePage /> },
      { path: '/accounts/:account/payments', element: <PaymentsPage /> },
      { path: '/accounts/:account/limits', element: <LimitsPage /> },
      { path: '/accounts/:account/plans', element: <PlansPage /> },
      { path: '/accounts/:account/contract', element: <ContractPage /> },
      { path: '/accounts/:account/contract/edit', element: <EditContractPage /> },
      { path: '/accounts/:account/support', element: <SupportPage /> },
      { path: '/accounts/:account/support/:request', element: <RequestPage /> },
      { path: '/received', element: <ReceivedPage /> },
      { path: '/support', element: <AllSupportPage /> },
      { path: '*', element: <Unknown /> },
    ],
  },
]);

/** Failures that may pass by themselves are tried once more; a refusal is shown at once. */
function retry(failures: number, error: unknown): boolean {
  const passing = error instanceof ApiError && ['network', 'timeout', 'server'].includes(error.kind);
  return passing && failures < 1;
}

const client = new QueryClient({ defaultOptions: { queries: { retry, retryDelay: 800 } } });

function Pages() {
  const { session } = useSessionState();
  return session ? <RouterProvider router={router} /> : <LoginPage />;
}

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Pages />
      </QueryClientProvider>
    </MantineProvider>
  );
}
