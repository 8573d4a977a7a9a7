import { PanelError } from '../errors.ts';
import { parseEnvelope, type Envelope } from './envelope.ts';
import type { RawAnswer } from './transport.ts';

export interface Asked {
  /** `namespace/name` of the VPNPanel. */
  readonly panel: string;
  /** Route after the base path, for messages. */
  readonly path: string;
  readonly write: boolean;
  readonly byToken: boolean;
}

/**
 * The envelope in an answer, or the error that its status stands for (panels.md 1.3).
 *
 * @throws PanelError; PANEL_UNCERTAIN for a write that may have happened all the same
 */
export function readEnvelope(answer: RawAnswer, asked: Asked): Envelope {
  if (answer.status === 200) {
    const envelope = parseEnvelope(answer.body);
    if (envelope !== undefined) return envelope;
    if (asked.write) throw uncertain(asked, 'the answer is no envelope');
    throw new PanelError(
      'PANEL_NONSENSE',
      `panel ${asked.panel} answers ${asked.path} with something that 3x-ui never says: check that its URL leads to the panel itself`,
      { retry: 'later' },
    );
  }
  throw statusError(answer, asked);
}

export function statusError(answer: RawAnswer, asked: Asked): PanelError {
  const { status } = answer;
  const { panel, path } = asked;
  if (status === 401) return refusedCredentials(asked);
  if (status === 403) {
    const reason = parseEnvelope(answer.body);
    if (reason === undefined) {
      return new PanelError(
        'PANEL_WRONG_PATH',
        `panel ${panel} forbids ${path}: if it is bound to a domain (webDomain), use that name in its URL`,
        { retry: 'later' },
      );
    }
    return new PanelError(
      'PANEL_SCOPE',
      `the token of panel ${panel} may not call ${path}: create one with scope admin and put it into the Secret`,
      { retry: 'later' },
    );
  }
  if (status === 404 || status === 405) {
    return new PanelError(
      'PANEL_WRONG_PATH',
      `panel ${panel} has no ${path} under its URL: copy the whole address, with the secret base path, from the browser`,
      { retry: 'later' },
    );
  }
  if (status >= 300 && status < 400) return redirected(answer, asked);
  if (status === 400 && /HTTP request to an HTTPS server/i.test(answer.body)) {
    return new PanelError('PANEL_UNREACHABLE', `panel ${panel} speaks HTTPS: write https:// in its URL`, {
      retry: 'later',
    });
  }
  // G1 to G3 answer 500 for what they did and for what they did not do: only reading back tells.
  if (asked.write) return uncertain(asked, `HTTP ${String(status)}`);
  const code = status <= 500 ? 'PANEL_NONSENSE' : 'PANEL_UNREACHABLE';
  return new PanelError(code, `panel ${panel} answers ${path} with HTTP ${String(status)}`, { retry: 'later' });
}

export function refusedCredentials({ panel, byToken }: Asked): PanelError {
  const what = byToken ? 'the API token' : 'the user name and password';
  return new PanelError('PANEL_CREDENTIALS_REFUSED', `panel ${panel} refuses ${what}: put valid ones into its Secret`, {
    retry: 'later',
  });
}

function redirected({ location }: RawAnswer, { panel }: Asked): PanelError {
  const target = URL.canParse(location) ? new URL(location).origin : 'another page';
  return new PanelError(
    'PANEL_WRONG_PATH',
    `panel ${panel} redirects to ${target}, and credentials do not follow redirects: write the final address into its URL`,
    { retry: 'later' },
  );
}

function uncertain({ panel, path }: Asked, what: string): PanelError {
  return new PanelError('PANEL_UNCERTAIN', `a write to panel ${panel} (${path}) had no clear answer: ${what}`, {
    retry: 'later',
  });
}
