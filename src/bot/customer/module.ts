import { actions } from '../actions.ts';
import type { ActionHandler, BotModule } from '../module.ts';
import { showApp, showCode, showConnect, showDevice } from './connect.ts';
import { acceptAndGoOn, goOn } from './gate.ts';
import { askAboutDevice, dropDevice, showDevices } from './devices.ts';
import { showHistory } from './history.ts';
import { chooseLanguage, showHelp, showLanguages, showPaySupport, showTerms } from './information.ts';
import { showMenu } from './menu.ts';
import { cancel } from './pay.ts';
import { showPlans } from './plans.ts';
import { choosePlan, chooseWay, leavePayment, renew } from './purchase.ts';
import { askRefund, orderRefund } from './refund.ts';
import { askNewAddress, askNewKeys, giveNewAddress, makeNewKeys } from './rotation.ts';
import { start } from './start.ts';
import { showSubscription, showSubscriptions } from './subscriptions.ts';
import { askForReceipt, takePicture, takeReceipt } from './transfer.ts';
import { takeTrial } from './trial.ts';

const customerActions: Readonly<Record<string, ActionHandler>> = {
  [actions.menu]: showMenu,
  [actions.accept]: acceptAndGoOn,
  [actions.joined]: goOn,
  [actions.trial]: takeTrial,
  [actions.plans]: showPlans,
  [actions.plan]: choosePlan,
  [actions.pay]: chooseWay,
  [actions.leave]: leavePayment,
  [actions.cancel]: cancel,
  [actions.receipt]: askForReceipt,
  [actions.list]: showSubscriptions,
  [actions.subscription]: showSubscription,
  [actions.renew]: renew,
  [actions.connect]: showConnect,
  [actions.code]: showCode,
  [actions.device]: showDevice,
  [actions.app]: showApp,
  [actions.address]: askNewAddress,
  [actions.newAddress]: giveNewAddress,
  [actions.keys]: askNewKeys,
  [actions.newKeys]: makeNewKeys,
  [actions.devices]: showDevices,
  [actions.oneDevice]: askAboutDevice,
  [actions.removeDevice]: dropDevice,
  [actions.history]: showHistory,
  [actions.refund]: askRefund,
  [actions.refundNow]: orderRefund,
  [actions.language]: showLanguages,
  [actions.setLanguage]: chooseLanguage,
  [actions.help]: showHelp,
};

/** The customer's screens. */
export const customerModule: BotModule = {
  name: 'customer',
  commands: {
    start,
    menu: showMenu,
    buy: (visit) => showPlans(visit, []),
    subscriptions: showSubscriptions,
    help: showHelp,
    language: showLanguages,
    paysupport: showPaySupport,
    terms: showTerms,
  },
  actions: customerActions,
  dialogs: { receipt: takeReceipt },
  onLeftOver: takePicture,
};
