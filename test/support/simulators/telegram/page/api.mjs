/** What the simulator refused, with its reason. */
export class Refusal extends Error {}

/**
 * @param {string} path below `/chat-api/`
 * @returns {Promise<any>}
 */
export async function read(path) {
  return answerOf(await fetch(`/chat-api/${path}`));
}

/**
 * @param {string} path below `/chat-api/`
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function act(path, body = {}) {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(`/chat-api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/**
 * Calls `onChange` at first and whenever something in the simulated Telegram changed.
 *
 * @param {() => void} onChange
 * @param {(isConnected: boolean) => void} onConnection
 */
export function listen(onChange, onConnection) {
  const events = new EventSource('/chat-api/events');
  events.addEventListener('change', onChange);
  events.addEventListener('open', () => onConnection(true));
  events.addEventListener('error', () => onConnection(false));
}

async function answerOf(response) {
  const body = await response.json();
  if (!response.ok) throw new Refusal(body.error ?? response.statusText);
  return body;
}
