import { PanelError } from '../errors.ts';

/** Where a panel's API begins. */
export interface PanelAddress {
  readonly origin: string;
  /** The panel's `webBasePath`, with a slash at both ends. */
  readonly basePath: string;
}

/**
 * Splits the URL that the seller copied from his browser. The pages that a browser shows (`panel/`, `panel/inbounds`,
 * `login`) are no part of the base path.
 *
 * @throws PanelError PANEL_UNREACHABLE when it is no http(s) address
 */
export function parsePanelUrl(name: string, text: string): PanelAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new PanelError(
      'PANEL_UNREACHABLE',
      `the URL of panel ${name} is not an address: write https://host:port/base-path/`,
      { retry: 'never' },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new PanelError(
      'PANEL_CREDENTIALS_INVALID',
      `the URL of panel ${name} holds a user name or password: move them into its Secret`,
      { retry: 'never' },
    );
  }
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  return { origin: url.origin, basePath: path.replace(/\/(?:panel\/(?:[a-z-]+\/)?|login\/)$/, '/') };
}
