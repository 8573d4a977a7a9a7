import { demoInbounds, startThreeXuiSimulator, type CostModel } from '../../support/simulators/3x-ui/index.ts';
import { makeDrift, type DriftOrder } from './make-drift.ts';

export interface PanelSettings {
  readonly version: string;
  readonly cost: CostModel;
  /** Nobody listens there: a model of Xray is behind the panel. */
  readonly ports: { readonly reality: number; readonly ws: number };
}

export type PanelQuestion = { readonly ask: 'stats' } | ({ readonly ask: 'drift' } & DriftOrder);

export interface PanelStats {
  readonly writes: number;
  /** How often all inbounds were read, for whatever purpose. */
  readonly lists: number;
  /** How often that was done to compare clients, and not to probe. */
  readonly polls: number;
  readonly cpuSeconds: number;
}

export interface PanelReady {
  readonly url: string;
  readonly token: string;
}

/** A simulated panel in a process of its own, so that it does not take from the cores' time that is measured. */
async function serve(send: (message: unknown) => void): Promise<void> {
  const { version, cost, ports } = JSON.parse(process.argv[2] ?? '') as PanelSettings;
  const simulator = await startThreeXuiSimulator({ version, cost, inbounds: demoInbounds({ ports }) });
  const { requests } = simulator;
  const answer = async (question: PanelQuestion): Promise<unknown> => {
    if (question.ask === 'drift') return makeDrift(simulator, question);
    const { user, system } = process.cpuUsage();
    const lists = requests.count('api/inbounds/list');
    const stats: PanelStats = {
      writes: requests.writes().length,
      lists,
      polls: lists - requests.count('server/status'),
      cpuSeconds: (user + system) / 1e6,
    };
    return stats;
  };
  process.on('message', ({ id, question }: { id: number; question: PanelQuestion }) => {
    void answer(question).then(
      (reply) => {
        send({ id, reply });
      },
      (thrown: unknown) => {
        send({ id, error: thrown instanceof Error ? thrown.message : String(thrown) });
      },
    );
  });
  const ready: PanelReady = { url: simulator.url, token: simulator.token };
  send(ready);
}

if (process.send !== undefined) {
  // Never outlives its parent.
  process.on('disconnect', () => process.exit(0));
  await serve((message) => process.send?.(message));
}
