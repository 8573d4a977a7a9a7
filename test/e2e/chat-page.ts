import type { BrowserContext, ConsoleMessage, Locator, Page } from 'playwright-core';

/** Everything that a page of ours must not do. */
export interface Complaints {
  readonly console: string[];
  readonly foreignRequests: string[];
}

/** A person at the chat page of `wayleave up`, who can only look and click. Buttons are those of the newest message. */
export class ChatPage {
  readonly page: Page;
  readonly #complaints: Complaints;

  constructor(page: Page, complaints: Complaints) {
    this.page = page;
    this.#complaints = complaints;
  }

  /** Opens the page in a context of its own. */
  static async open(context: BrowserContext, url: string): Promise<ChatPage> {
    const complaints: Complaints = { console: [], foreignRequests: [] };
    const page = await context.newPage();
    page.on('console', (message: ConsoleMessage) => {
      if (['error', 'warning'].includes(message.type())) complaints.console.push(message.text());
    });
    page.on('pageerror', (error) => complaints.console.push(String(error)));
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== new URL(url).origin && protocol !== 'data:') complaints.foreignRequests.push(request.url());
    });
    await page.goto(url);
    return new ChatPage(page, complaints);
  }

  /** What the page did that it must not. */
  complaints(): Complaints {
    return this.#complaints;
  }

  /** Chooses whom to play. */
  async plays(name: string): Promise<void> {
    const names = this.page.locator('.person-name', { hasText: name });
    await this.page.locator('.person').filter({ has: names }).click();
    await this.page.getByText(`You are ${name}`).waitFor();
  }

  /** Presses a button of the newest message that has it. */
  async presses(label: string): Promise<void> {
    await this.button(label).click();
  }

  /** Labels of the newest message with buttons. */
  async buttons(): Promise<string[]> {
    return this.page.locator('.messages .keyboard').last().locator('.key').allInnerTexts();
  }

  /** The newest button with this in its label. */
  button(label: string): Locator {
    return this.page.locator('.messages .key', { hasText: label }).last();
  }

  /** Waits for a message of the bot with this in it, and gives the newest. */
  async sees(text: string | RegExp, timeoutMs = 30_000): Promise<Locator> {
    const message = this.messages(text).last();
    await message.waitFor({ timeout: timeoutMs });
    return message;
  }

  /** Messages of the bot with this in them. */
  messages(text: string | RegExp): Locator {
    return this.page.locator('.message.theirs', { hasText: text });
  }

  /** A line that nobody wrote, such as Stars that were paid. */
  async seesLine(text: string | RegExp): Promise<void> {
    await this.page.getByTestId('service').filter({ hasText: text }).last().waitFor();
  }

  async says(text: string): Promise<void> {
    await this.page.getByTestId('composer').fill(text);
    await this.page.getByTestId('send').click();
  }

  /** What a button put into the clipboard. */
  async copied(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Moves the focus with the keyboard until the button has it, from the end where new ones are, and presses Enter. */
  async reachesByKeyboard(target: Locator): Promise<void> {
    const page = this.page;
    for (let presses = 0; presses < 200; presses += 1) {
      if ((await target.and(page.locator(':focus')).count()) > 0) {
        // Of the button itself: a page that is drawn anew at this moment takes the focus away.
        await target.press('Enter');
        return;
      }
      await page.keyboard.press('Shift+Tab');
    }
    throw new Error(`Tab does not lead to ${await target.innerText()}`);
  }
}
