// Pictures of what operators do by hand, for tour.mjs: every form, and the contract editor.
const of = (who, page) => `/accounts/${who.account}/${page}`;
/** Clicks buttons one after the other, then fills fields. */
const act = (button, ...fields) => async (page) => {
  for (const id of [button].flat()) await page.getByTestId(id).first().click();
  for (const [name, value] of fields) await page.locator(`[data-field="${name}"]`).fill(value);
};

export async function shootDesk(shoot, { acme, bird, operator }) {
  await shoot('desk-payments', operator, of(acme, 'payments'), (page) => page.getByTestId('statement').waitFor());
  await shoot('desk-credit', operator, of(acme, 'payments'), act(['more-bookings', 'open-credit'], ['amount', '20']));
  await shoot('desk-refund', operator, of(acme, 'payments'), act(['more-bookings', 'open-refund']));
  await shoot('desk-write-off', operator, of(acme, 'payments'), async (page) => {
    await page.locator('[data-testid^=write-off-]').first().click();
  });
  await shoot('desk-reverse', operator, of(acme, 'payments'), async (page) => {
    await page.locator('[data-testid^=reverse-]').first().click();
  });
  await shoot('desk-prepaid', operator, of(acme, 'payments'), act('switch-prepaid'));
  await shoot('desk-grant', operator, of(bird, 'payments'), act('add-grant', ['amount', '50']));
  await shoot('desk-collection', operator, of(acme, 'payments'), act('change-collection'));
  await shoot('desk-contract', operator, of(acme, 'contract'), (page) => page.getByTestId('history').waitFor());
  await shoot('desk-editor', operator, of(acme, 'contract/edit'), (page) => page.getByTestId('contract-after').waitFor());
  await shoot('desk-editor-wrong', operator, of(acme, 'contract/edit'), async (page) => {
    await page.getByTestId('contract-after').waitFor();
    await page.locator('[data-field="/discount_percent"]').fill('120');
    await page.getByTestId('add-bundle').click();
    await page.getByTestId('agree').click();
  });
  await shoot('desk-tax', operator, of(acme, 'contract'), act('open-tax'));
  await shoot('desk-end', operator, of(acme, 'contract'), act('open-end'));
  await shoot('desk-accounts', operator, '/', (page) => page.getByTestId(`account-${acme.account}`).waitFor());
  await shoot('desk-menu', operator, '/', act(`act-${acme.account}`));
  await shoot('desk-open', operator, '/', act('open-account', ['name', 'North Wind']));
  await shoot('desk-suspend', operator, '/', act([`act-${acme.account}`, 'open-suspend']));
  await shoot('desk-move', operator, '/', act([`act-${acme.account}`, 'open-move']));
}
