/** What the comment of a client says about its owner. */
export type Ownership =
  | { readonly kind: 'ours'; readonly subscriptionId: string }
  /** Ours, but nobody's subscription: keeps an inbound from becoming empty, where the last client cannot be deleted. */
  | { readonly kind: 'placeholder' }
  /** Another installation's. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unmarked' };

const placeholder = 'placeholder';

/**
 * The ownership mark, `wayleave/<installation id>/<subscription id>`, kept in the client's comment. v2.3 has no such
 * field, but keeps what it does not know in the inbound's settings, and strips it before Xray sees it.
 */
export function ownershipMark(installationId: string, subscriptionId: string): string {
  return `wayleave/${installationId}/${subscriptionId}`;
}

export function placeholderMark(installationId: string): string {
  return ownershipMark(installationId, placeholder);
}

/** Whether some installation of wayleave made the client. */
export function isMarked(comment: string): boolean {
  return comment.startsWith('wayleave/');
}

/** Installation ids are compared exactly: nothing that merely resembles ours is ever touched. */
export function readMark(comment: string, installationId: string): Ownership {
  const parts = comment.split('/');
  const [scheme, installation, subscriptionId] = parts;
  if (scheme !== 'wayleave' || parts.length !== 3 || !installation || !subscriptionId) return { kind: 'unmarked' };
  if (installation !== installationId) return { kind: 'other' };
  return subscriptionId === placeholder ? { kind: 'placeholder' } : { kind: 'ours', subscriptionId };
}
