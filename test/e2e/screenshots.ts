import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ChatPage } from './chat-page.ts';

const folder = path.join(import.meta.dirname, '../../docs/images/shop');

/**
 * Takes pictures for the docs when `WAYLEAVE_TEST_PUBLISH` is 1, and otherwise none: times and dates in them change with
 * every run, and what did not change for people is not to change in git.
 */
export function takeScreenshots(): (chat: ChatPage, name: string) => Promise<void> {
  if (process.env['WAYLEAVE_TEST_PUBLISH'] !== '1') return () => Promise.resolve();
  return async ({ page }, name) => {
    await mkdir(folder, { recursive: true });
    // Toasts come and go by the clock.
    await page.locator('.toast').first().waitFor({ state: 'detached' });
    // The wall behind the chat is most of a picture's bytes and none of its sense.
    const wall = page.locator('.chat');
    await wall.evaluate(paint, 'var(--wall-b)');
    await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
    await wall.evaluate(paint, '');
  };
}

/** Not by a style sheet, which the page allows nobody to add. */
function paint(element: { readonly style: { background: string } }, background: string): void {
  element.style.background = background;
}
