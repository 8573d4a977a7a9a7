import { passTime } from '../clock.ts';
import type { Act, History } from './acts.ts';
import * as customers from './customers-act.ts';
import * as providers from './providers-act.ts';
import * as shop from './shop-acts.ts';
import { provision, runTimers, sendRefunds } from './workers.ts';
import type { World } from './world.ts';

/** Plays the acts of a history, one after the other. */
export async function play(world: World, { acts }: History): Promise<void> {
  for (const act of acts) await perform(world, act);
}

async function perform(world: World, act: Act): Promise<void> {
  switch (act.do) {
    case 'buy':
      return customers.buy(world, act);
    case 'another-method':
      return customers.chooseAnotherMethod(world, act);
    case 'pay':
      customers.pay(world, act);
      return;
    case 'collect-renewal':
      customers.collectRenewal(world, act);
      return;
    case 'show-receipt':
      return customers.showReceipt(world, act);
    case 'cancel':
      return customers.cancel(world, act);
    case 'take-trial':
      return customers.takeTrial(world, act);
    case 'deliver':
      return providers.deliver(world, act);
    case 'reconcile':
      return providers.reconcile(world, act);
    case 'take-back':
      providers.takeBack(world, act);
      return;
    case 'ask-refund':
      return shop.askRefund(world, act);
    case 'send-refunds':
      await sendRefunds(world, act.outcome);
      return;
    case 'expire':
      return shop.expire(world);
    case 'grant':
    case 'compensate':
      return shop.giveTime(world, act);
    case 'revoke':
      return shop.revoke(world, act);
    case 'suspend':
    case 'resume':
      return shop.suspend(world, act);
    case 'ban':
    case 'unban':
      return shop.ban(world, act);
    case 'settle':
      return shop.settle(world, act);
    case 'run-jobs':
      return shop.runJobs(world);
    case 'provision':
      await provision(world);
      return;
    case 'resume-refunds':
      return shop.resumeRefunds(world);
    case 'wait':
      return wait(world, act.seconds);
    case 'save':
      await world.lane.save();
      world.saved = true;
      return;
    case 'restore':
      return shop.restore(world);
    case 'at-once':
      await Promise.all(act.acts.map((one) => perform(world, one)));
  }
}

async function wait(world: World, seconds: number): Promise<void> {
  await passTime(world.lane.owner, seconds);
  world.shiftSeconds += seconds;
}

/**
 * Lets everything come to rest: messages arrive, books are read, a person lets refunds go on, and every worker works until
 * there is nothing left to do.
 *
 * @throws Error when it does not come to rest
 */
export async function comeToRest(world: World): Promise<void> {
  await providers.deliver(world, { do: 'deliver', count: world.mailbox.length, copies: 1, backwards: false });
  await shop.resumeRefunds(world);
  await providers.reconcile(world, { do: 'reconcile', backwards: false });
  for (let round = 0; round < 20; round += 1) {
    // What failed before is due again by now.
    await wait(world, 600);
    const done = (await sendRefunds(world, 'well')) + (await runTimers(world)) + (await provision(world));
    if (done === 0) return;
  }
  throw new Error('it does not come to rest');
}
