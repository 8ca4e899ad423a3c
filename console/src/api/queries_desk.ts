// The reads of the operator's forms.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getCatalogueRules, listCatalogues, tryContract } from './calls_desk.ts';

export function useCatalogues(enabled = true) {
  return useQuery({
    queryKey: ['catalogues'],
    queryFn: ({ signal }) => listCatalogues(signal),
    staleTime: 60_000,
    enabled,
  });
}

export function useCatalogueRules(catalogue: string) {
  return useQuery({
    queryKey: ['catalogue rules', catalogue],
    queryFn: ({ signal }) => getCatalogueRules(catalogue, signal),
    staleTime: 600_000,
  });
}

/** What the contract would do; null: it is not ready to be asked about. */
export function useContractOffer(account: string, contract: object | null) {
  return useQuery({
    queryKey: ['account', account, 'contract offer', JSON.stringify(contract)],
    queryFn: ({ signal }) => tryContract(account, contract ?? {}, signal),
    enabled: contract !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });
}
