import type { WireContext } from './desired.ts';
import type { Editor } from './editor.ts';
import type { Holdings } from './holdings.ts';
import type { Turn } from './turn.ts';

/** What a batch needs of the panel that it is for. */
export interface Panel {
  /** `namespace/name` of the VPNPanel. */
  readonly name: string;
  readonly context: WireContext;
  readonly editor: Editor;
  readonly newTurn: () => Turn;
  readonly readBack: (before: Holdings, touched: ReadonlySet<number>) => Promise<Holdings>;
}
