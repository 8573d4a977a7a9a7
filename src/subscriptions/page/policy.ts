import { hash } from 'node:crypto';

import { script } from './script.ts';
import { style } from './style.ts';

/** Nothing is fetched, nothing runs but our own, forms lead back to us, and nobody frames the page. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
  // The icon is part of the page.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
