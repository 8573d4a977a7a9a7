import { type RuleCase, specCase } from './case.ts';

const requirement = (fields: object) => ({ panelSelector: { matchExpressions: [{ key: 'region', ...fields }] } });

/** Rules about fields that plans and subscriptions share. */
export const sharedCases: readonly RuleCase[] = [
  specCase(
    'a title has a default',
    { title: { default: 'A month', ru: 'Месяц' } },
    { title: { default: null, en: 'A month' } },
  ),
  specCase(
    'languages are tags',
    { title: { default: 'A month', 'pt-BR': 'Um mês' } },
    { title: { default: 'A month', english: 'A month' } },
  ),
  specCase('a title is one line', { title: { default: 'A month' } }, { title: { default: 'A\nmonth' } }),
  specCase('a traffic limit is a quantity', { trafficLimit: '1.5Ti' }, { trafficLimit: '100 GB' }),
  specCase('a traffic limit is positive', { trafficLimit: '1' }, { trafficLimit: '0' }),
  specCase('a traffic limit can be counted', { trafficLimit: '8Pi' }, { trafficLimit: '9Pi' }),
  specCase('a traffic limit is text', { trafficLimit: '1500M' }, { trafficLimit: 1_500_000_000 }),
  specCase('a device limit is positive', { deviceLimit: 1 }, { deviceLimit: 0 }),
  specCase('a device limit is at most 1000', { deviceLimit: 1000 }, { deviceLimit: 1001 }),
  specCase(
    'In and NotIn have values',
    requirement({ operator: 'NotIn', values: ['eu', ''] }),
    requirement({ operator: 'In' }),
  ),
  specCase(
    'Exists and DoesNotExist have none',
    requirement({ operator: 'Exists', values: [] }),
    requirement({ operator: 'Exists', values: ['eu'] }),
  ),
  specCase(
    'operators are known',
    requirement({ operator: 'DoesNotExist' }),
    requirement({ operator: 'Equals', values: ['eu'] }),
  ),
  specCase(
    'a requirement has a label key',
    requirement({ key: 'example.com/region', operator: 'Exists' }),
    requirement({ key: 'example.com/', operator: 'Exists' }),
  ),
  specCase(
    'a requirement has label values',
    requirement({ operator: 'In', values: ['eu-west_1.a'] }),
    requirement({ operator: 'In', values: ['eu west'] }),
  ),
  specCase(
    'matchLabels has label keys',
    { panelSelector: { matchLabels: { 'example.com/region': 'eu' } } },
    { panelSelector: { matchLabels: { 'my region': 'eu' } } },
  ),
  specCase(
    'matchLabels has label values',
    { panelSelector: { matchLabels: { region: '' } } },
    { panelSelector: { matchLabels: { region: '-eu' } } },
  ),
  specCase('placement is on at least one panel', { placement: { maxPanels: 1 } }, { placement: { maxPanels: 0 } }),
  specCase('placement is on at most 20 panels', { placement: { maxPanels: 20 } }, { placement: { maxPanels: 21 } }),
  specCase('minPanels is at least 1', { minPanels: 1 }, { minPanels: 0 }),
  specCase('minPanels is at most 20', { minPanels: 20 }, { minPanels: 21 }),
  specCase(
    'minPanels fits placement',
    { minPanels: 2, placement: { maxPanels: 2 } },
    { minPanels: 3, placement: { maxPanels: 2 } },
  ),
];
