// For operators: a payment that arrived, booked by hand.
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { recordPayment } from '../api/calls_money.ts';
import { refreshAccount } from '../api/queries.ts';
import type { Booked, NewPayment } from '../api/types_money.ts';
import type { Labels } from '../problem/use_words.ts';
import { Failed } from '../ui/states.tsx';
import { dayText } from '../ui/time.ts';

interface Props {
  account: string;
  currency: string;
  zone: string;
  onClose(): void;
  onDone(booked: Booked): void;
}

/** What the form calls the members that the server may point at. */
function useLabels(currency: string): Labels {
  const { t } = useTranslation();
  return {
    id: t('record.number'),
    date: t('record.date'),
    amount: t('record.amount', { currency }),
    payer: t('record.payer'),
    reference: t('record.reference'),
  };
}

export function RecordPayment({ account, currency, zone, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const labels = useLabels(currency);
  const [payment, setPayment] = useState<NewPayment>(() => ({
    id: '',
    date: dayText(Date.now(), zone),
    amount: '',
    currency,
    reference: '',
    payer: '',
  }));
  const book = useMutation({
    mutationFn: () => recordPayment(account, payment),
    onSuccess: async (booked) => {
      onDone(booked);
      onClose();
      await refreshAccount(client, account);
    },
  });
  const field = (name: keyof NewPayment, label: string, more: object = {}) => (
    <TextInput
      label={label}
      name={name}
      value={payment[name]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setPayment((before) => ({ ...before, [name]: value }));
      }}
      {...more}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    book.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('record.title')}
      centered
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <form className="form" onSubmit={submit}>
        <p className="hint">{t('record.hint')}</p>
        {field('id', t('record.number'), { required: true, maxLength: 100, 'data-autofocus': true })}
        {field('amount', t('record.amount', { currency }), {
          required: true,
          inputMode: 'decimal',
          pattern: '[0-9]+(\\.[0-9]+)?',
        })}
        {field('date', t('record.date'), { required: true, type: 'date' })}
        {field('payer', t('record.payer'), { maxLength: 200 })}
        {field('reference', t('record.reference'), { maxLength: 500 })}
        {book.error ? <Failed error={book.error} labels={labels} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={book.isPending} data-testid="book">
            {t('record.submit')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
