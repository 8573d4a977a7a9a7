import { styleText } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import type { OutputStream } from '../host.ts';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

export interface Step {
  /** What is going on inside a long step; on a terminal it replaces the last such line. */
  progress(text: string): void;
  done(result: string): void;
  failed(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const plainProgressMs = 20_000;

/** What a person sees of `up`: one line per step, redrawn in place on a terminal, plain lines everywhere else. */
export class Screen {
  readonly #out: OutputStream;
  readonly #clock: Clock;
  readonly #live: boolean;
  readonly #color: boolean;
  #redraw: (() => void) | undefined;

  constructor(out: OutputStream, clock: Clock, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#clock = clock;
    this.#live = out.isTTY === true && env['TERM'] !== 'dumb';
    this.#color = this.#live && (env['NO_COLOR'] ?? '') === '';
  }

  get isLive(): boolean {
    return this.#live;
  }

  style(style: Style, text: string): string {
    return this.#color ? styleText(style, text, { validateStream: false }) : text;
  }

  line(text = ''): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#redraw?.();
  }

  /** Something went wrong that is being dealt with. */
  warn(text: string): void {
    this.line(`${this.style('yellow', '!')} ${text}`);
  }

  step(title: string): Step {
    const startedAt = this.#clock.monotonic();
    let detail = '';
    let cancel = (): void => undefined;
    let lastPlainAt = startedAt;
    const elapsed = (): string => formatElapsed(this.#clock.monotonic() - startedAt);
    const end = (mark: string, text: string): void => {
      cancel();
      this.#redraw = undefined;
      this.line(`${mark} ${title.padEnd(16)} ${text} ${this.style('dim', `(${elapsed()})`)}`);
    };
    if (this.#live) {
      let frame = 0;
      const draw = (): void => {
        const mark = this.style('cyan', frames[frame % frames.length] ?? '');
        const text = `${mark} ${title.padEnd(16)} ${detail} ${this.style('dim', `(${elapsed()})`)}`;
        // Some pseudo-terminals say 0 columns.
        this.#out.write(`\r\u001b[2K${fit(text, this.#out.columns || 80)}`);
      };
      const tick = (): void => {
        frame += 1;
        draw();
        cancel = this.#clock.schedule(frameMs, tick);
      };
      this.#redraw = draw;
      draw();
      cancel = this.#clock.schedule(frameMs, tick);
    }
    return {
      progress: (text) => {
        // Without a terminal a new kind of work is worth a line; the same work ticking on is not, more than now and then.
        const now = this.#clock.monotonic();
        const isNews = detail === '' || now - lastPlainAt >= plainProgressMs;
        detail = text;
        if (this.#live || !isNews) return;
        lastPlainAt = now;
        this.line(`… ${title.padEnd(16)} ${text}`);
      },
      done: (result) => {
        end(this.style('green', '✓'), result);
      },
      failed: () => {
        end(this.style('red', '✗'), detail === '' ? 'failed' : detail);
      },
    };
  }

  #clear(): void {
    if (this.#live && this.#redraw !== undefined) this.#out.write('\r\u001b[2K');
  }
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function formatElapsed(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

// Escape sequences take no columns, and a wrapped line cannot be redrawn.
function fit(text: string, columns: number): string {
  let width = 0;
  let out = '';
  for (const [part] of text.matchAll(/\u001b\[[0-9;]*m|./gsu)) {
    if (!part.startsWith('\u001b')) {
      if (width >= columns - 1) continue;
      width += 1;
    }
    out += part;
  }
  return out;
}
