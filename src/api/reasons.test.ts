import { describe, expect, it } from 'vitest';

import { eventReasons, panelReasons, planReasons, shopReasons, subscriptionReasons } from './reasons.ts';

const lists = { panelReasons, planReasons, subscriptionReasons, shopReasons, eventReasons };

describe.each(Object.entries(lists))('%s', (_, reasons) => {
  it.each(Object.entries(reasons))('%s is one CamelCase word with a sentence', (reason, sentence) => {
    // Kubernetes' own form for the reason of a condition.
    expect(reason).toMatch(/^[A-Z][A-Za-z]{0,127}$/);
    expect(sentence).toMatch(/^\S.{20,}\.$/);
  });
});
