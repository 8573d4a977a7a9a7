import { type KindCases, nameCase, specCase } from './case.ts';
import { sharedCases } from './shared.ts';

const bought = { entitlementRevision: 7, expiresAt: '2030-01-31T12:00:00Z', panelSelector: {} };

export const subscriptionCases: KindCases = {
  kind: 'VPNSubscription',
  smallest: { planRef: { name: 'month' } },
  cases: [
    nameCase,
    ...sharedCases,
    specCase('it says which panels it is on', { planRef: null, panelSelector: {} }, { planRef: null }),
    specCase('the plan has a name', {}, { planRef: { name: 'One Month' } }),
    specCase('the traffic reset is known', { trafficReset: 'Renewal' }, { trafficReset: 'Daily' }),
    specCase('an expiry is a time', { expiresAt: '2030-01-31T12:00:00+03:00' }, { expiresAt: '2030-01-31' }),
    specCase('the access is known', { entitlementAccess: 'Denied' }, { entitlementAccess: 'Revoked' }),
    specCase('a revision is positive', bought, { ...bought, entitlementRevision: 0 }),
    specCase('what was bought has an expiry', bought, { ...bought, expiresAt: null }),
    specCase('what was bought has its panels', bought, { ...bought, panelSelector: null }),
    specCase(
      'a revision never falls',
      { ...bought, entitlementRevision: 8 },
      { ...bought, entitlementRevision: 6 },
      bought,
    ),
    specCase('a revision stays', bought, { ...bought, entitlementRevision: null }, bought),
    specCase(
      'a credentials generation never falls',
      { credentialsGeneration: 3 },
      { credentialsGeneration: 1 },
      {
        credentialsGeneration: 2,
      },
    ),
    specCase('a credentials generation stays', { credentialsGeneration: 2 }, {}, { credentialsGeneration: 2 }),
    specCase('a credentials generation is positive', { credentialsGeneration: 1 }, { credentialsGeneration: 0 }),
    specCase('an overlap is at most 30 days', { rotationOverlapSeconds: 0 }, { rotationOverlapSeconds: 2_592_001 }),
    specCase('the deletion policy is known', { deletionPolicy: 'Orphan' }, { deletionPolicy: 'Retain' }),
    specCase('switches are true or false', { suspended: true }, { suspended: 'yes' }),
  ],
};
