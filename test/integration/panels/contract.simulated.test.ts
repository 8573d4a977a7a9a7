import { describeDriverContract } from './contract.ts';
import { startSimulatedPanel } from './panel-under-test.ts';

for (const version of ['2.8.3', '2.9.4', '3.0.2', '3.1.0', '3.2.0', '3.6.0']) {
  describeDriverContract(`a simulated 3x-ui v${version}`, () => startSimulatedPanel(version));
}
