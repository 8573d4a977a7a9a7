/**
 * Kinds of client apps, first match wins. Anchored on purpose: Hiddify says "HiddifyNext/2 (…) like ClashMeta v2ray
 * sing-box", so a rule that looks anywhere in the text sends it another app's format.
 */
const rules = [
  { family: 'hiddify', pattern: /^hiddify/i },
  { family: 'v2rayng', pattern: /^v2rayng(?![a-z])/i },
  { family: 'happ', pattern: /^happ(?![a-z])/i },
  { family: 'v2raytun', pattern: /^v2raytun(?![a-z])/i },
  {
    family: 'mihomo',
    pattern:
      /^(?:mihomo|clash[-.]meta|clashmeta|clash[-.]?verge|clash-nyanpasu|clashx meta|flclashx?|flowvy|koala-clash|murge|prizrak-box)(?![a-z])/i,
  },
  { family: 'clash', pattern: /^(?:clash|stash)(?![a-z])/i },
  { family: 'sing-box', pattern: /^(?:SFA|SFI|SFM|SFT|karing|sing-box)(?![a-z])/i },
  { family: 'v2rayn', pattern: /^v2rayn(?![a-z])/i },
  { family: 'streisand', pattern: /^streisand(?![a-z])/i },
  { family: 'shadowrocket', pattern: /^shadowrocket(?![a-z])/i },
  // Nearly every app that embeds a web view says so too; those that matter were named above.
  { family: 'browser', pattern: /^mozilla\//i },
] as const;

export type ClientFamily = (typeof rules)[number]['family'] | 'other' | 'none';

export const clientFamilies: readonly ClientFamily[] = [...rules.map((rule) => rule.family), 'other', 'none'];

/** The app family by its user agent: a metric's label today, the choice of a format when there are more. */
export function familyOf(userAgent: string | undefined): ClientFamily {
  if (userAgent === undefined || userAgent === '') return 'none';
  return rules.find((rule) => rule.pattern.test(userAgent))?.family ?? 'other';
}
