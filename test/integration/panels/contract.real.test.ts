import { describeDriverContract } from './contract.ts';
import { givenPanel, openGivenPanel, startRealPanelUnderTest } from './panel-under-test.ts';

describeDriverContract('the real 3x-ui v2.9.4', startRealPanelUnderTest);

const given = givenPanel();
if (given !== undefined) describeDriverContract('the panel that the environment names', () => openGivenPanel(given));
