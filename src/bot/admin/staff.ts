import { findAdmin, may, type AdminAction, type AdminRecord } from '../../ledger/index.ts';
import { actions as customerActions } from '../actions.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import type { ActionHandler, CommandHandler, DialogHandler } from '../module.ts';

/** An admin's update being dealt with. */
export interface StaffVisit extends Visit {
  readonly admin: AdminRecord;
}

type StaffHandler = (visit: StaffVisit, args: readonly string[]) => Promise<void>;

/**
 * A button for those who may do that. Rights are read anew for every press, so that they end when they are taken away; to
 * everybody else it is a button that does not exist.
 */
export function forStaff(action: AdminAction, handle: StaffHandler): ActionHandler {
  return async (visit, args) => {
    const staff = await asStaff(visit, action);
    if (staff === undefined) throw staleButton('it is a button of admins');
    await handle(staff, args);
  };
}

/** A command for those who may do that; everybody else gets the answer that any unknown command gets. */
export function commandForStaff(
  action: AdminAction,
  handle: (visit: StaffVisit, argument: string) => Promise<void>,
): CommandHandler {
  return async (visit, argument) => {
    const staff = await asStaff(visit, action);
    if (staff === undefined) return notUnderstood(visit);
    await handle(staff, argument);
  };
}

/** A dialog of those who may do that. */
export function dialogForStaff(
  action: AdminAction,
  handle: (
    visit: StaffVisit,
    ...rest: Parameters<DialogHandler> extends [Visit, ...infer Rest] ? Rest : never
  ) => Promise<void>,
): DialogHandler {
  return async (visit, message, state) => {
    const staff = await asStaff(visit, action);
    if (staff === undefined) return notUnderstood(visit);
    await handle(staff, message, state);
  };
}

/** @returns nothing for whoever may not do that */
export async function asStaff(visit: Visit, action: AdminAction): Promise<StaffVisit | undefined> {
  const admin = await findAdmin(visit.shop.store, visit.shop.view.shop.id, visit.telegramId);
  return admin !== undefined && may(admin.role, action) ? { ...visit, admin } : undefined;
}

async function notUnderstood(visit: Visit): Promise<void> {
  const { speak } = visit;
  const buttons = [[{ text: speak.label('button-menu'), data: customerActions.menuData }]];
  await visit.send({ text: speak.say('not-understood'), buttons });
}
