import {
  addAdmin,
  listAdmins,
  listShops,
  removeAdmin,
  searchCustomers,
  type AdminRecord,
  type AdminRole,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import type { Host } from '../host.ts';
import { chooseShop } from '../ledger/choose.ts';
import { authorOf, withLedger, type LedgerCall } from '../ledger/open-ledger.ts';
import { minuteText, tableText } from '../ledger/words.ts';
import { UsageError } from '../usage-error.ts';

interface AdminCall extends LedgerCall {
  readonly shop: string | undefined;
  readonly author: string | undefined;
}

/** Makes somebody an admin, or changes his role and name. */
export async function addAdminTo(
  host: Host,
  account: string,
  call: AdminCall & { readonly role: AdminRole; readonly name: string | undefined },
): Promise<void> {
  await withLedger(host, call, async (store) => {
    const shop = await chooseShop(store, call.shop);
    const telegramId = await telegramIdOf(store, shop.id, account);
    const before = (await listAdmins(store, shop.id)).find((admin) => admin.telegramId === telegramId);
    const cap = before?.role === call.role ? before.dailyRefundCapMinor : undefined;
    const added = await addAdmin(store, {
      shopId: shop.id,
      telegramId,
      role: call.role,
      name: call.name ?? before?.name ?? '',
      addedBy: authorOf(host, call.author),
      ...(cap === undefined ? {} : { dailyRefundCapMinor: cap }),
    });
    const was = before === undefined ? '' : `, was ${before.role}`;
    host.stdout.write(
      `${String(telegramId)} is ${added.role} of ${shop.namespace}/${shop.name}${was}: /admin in the bot\n`,
    );
  });
}

export async function removeAdminFrom(host: Host, account: string, call: AdminCall): Promise<void> {
  await withLedger(host, call, async (store) => {
    const shop = await chooseShop(store, call.shop);
    const telegramId = await telegramIdOf(store, shop.id, account);
    const where = `${shop.namespace}/${shop.name}`;
    if (!(await removeAdmin(store, { shopId: shop.id, telegramId, removedBy: authorOf(host, call.author) }))) {
      throw new CommandError(`${String(telegramId)} is no admin of ${where}: "wayleave admin list" names them`, {
        retry: 'never',
      });
    }
    host.stdout.write(`${String(telegramId)} is no admin of ${where} any more\n`);
  });
}

/** Of one shop, or of all. */
export async function printAdmins(
  host: Host,
  call: LedgerCall & { readonly shop: string | undefined; readonly json: boolean | undefined },
): Promise<void> {
  const admins = await withLedger(host, call, async (store) => {
    const shops = call.shop === undefined ? await listShops(store) : [await chooseShop(store, call.shop)];
    const all: (readonly [shop: string, AdminRecord])[] = [];
    for (const shop of shops) {
      for (const admin of await listAdmins(store, shop.id)) all.push([`${shop.namespace}/${shop.name}`, admin]);
    }
    return all;
  });
  if (call.json === true) {
    host.stdout.write(`${JSON.stringify({ admins: admins.map(adminJson) }, null, 2)}\n`);
    return;
  }
  if (admins.length === 0) {
    host.stdout.write('there is no admin yet: "wayleave admin add <telegram id> --role owner" makes one\n');
    return;
  }
  const rows = admins.map(([shop, { telegramId, role, name, addedBy, createdAtMs }]) => {
    return [String(telegramId), role, name, shop, minuteText(createdAtMs), addedBy];
  });
  host.stdout.write(`${tableText([['Telegram id', 'role', 'name', 'shop', 'since (UTC)', 'added by'], ...rows])}\n`);
}

function adminJson([shop, { telegramId, role, name, addedBy, createdAtMs, dailyRefundCapMinor }]: readonly [
  shop: string,
  AdminRecord,
]): object {
  const cap = dailyRefundCapMinor === undefined ? null : String(dailyRefundCapMinor);
  const since = new Date(createdAtMs).toISOString();
  return { shop, telegramId, role, name, dailyRefundCapMinor: cap, addedBy, since };
}

async function telegramIdOf(store: Store, shopId: string, account: string): Promise<number> {
  if (/^[1-9]\d{0,15}$/.test(account) && Number.isSafeInteger(Number(account))) return Number(account);
  if (!/^@\w+$/.test(account)) {
    throw new UsageError(`"${account}" must be the id of a Telegram account, which is a number, or @name.`);
  }
  const alike = await searchCustomers(store, shopId, account, { limit: 100 });
  const [found, ...others] = alike.filter(({ userName }) => userName?.toLowerCase() === account.slice(1).toLowerCase());
  // A name changes hands, and who has it now may not be who had it then.
  if (others.length > 0) throw new UsageError(`several people have called themselves ${account}: give the id.`);
  if (found?.telegramId !== undefined) return found.telegramId;
  throw new CommandError(`nobody called ${account} has written to the bot: let them send /start, or give their id`, {
    retry: 'later',
  });
}
