import Type from 'typebox';

import { type Rule, rules } from './builders.ts';

const LOOPBACK = `['localhost', '127.0.0.1', '::1']`;

export function httpsUrl(description: string) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 2048,
    ...rules({
      rule: `isURL(self) && url(self).getScheme() == 'https' && url(self).getHostname() != ''`,
      message: 'must be a URL with scheme https and a host, such as https://www.example.com/terms',
    }),
  });
}

/**
 * Rules for the base of addresses that we make. They stand beside the field, because the API server repeats the value of
 * the field where a rule stands, and what is refused here may be a password.
 */
export function baseUrlRules(name: string): readonly Rule[] {
  const field = `self.${name}`;
  return [
    {
      rule: `!has(${field}) || (isURL(${field}) && url(${field}).getHostname() != '' && (url(${field}).getScheme() == 'https' || (url(${field}).getScheme() == 'http' && url(${field}).getHostname() in ${LOOPBACK})))`,
      message:
        'must be a URL with scheme https and a host, such as https://shop.example.com (http only on this machine, for trying out)',
      fieldPath: `.${name}`,
    },
    {
      rule: `!has(${field}) || !${field}.matches('^[^/]*//[^/]*@')`,
      message: 'must not contain a user name or password',
      fieldPath: `.${name}`,
      reason: 'FieldValueForbidden',
    },
    {
      rule: `!has(${field}) || (!${field}.contains('?') && !${field}.contains('#'))`,
      message: 'must end with a path or host: leave out the query (?…) and the fragment (#…)',
      fieldPath: `.${name}`,
    },
  ];
}

export function baseUrl(description: string) {
  return Type.Optional(Type.String({ description, minLength: 1, maxLength: 1024 }));
}
