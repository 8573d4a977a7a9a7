import type { PageTexts } from './page-texts.ts';
import { pluralsOf } from './plurals.ts';

const plural = pluralsOf('ru');
const ordinals = [
  'первый',
  'второй',
  'третий',
  'четвёртый',
  'пятый',
  'шестой',
  'седьмой',
  'восьмой',
  'девятый',
  'десятый',
];
const stays = 'Ссылка и приложения останутся прежними.';

export const ruPage: PageTexts = {
  states: {
    active: {
      badge: 'Активна',
      headline: ({ until, left }) => (until === undefined ? 'Бессрочно' : `Осталось: ${left}`),
      line: ({ until }) => (until === undefined ? undefined : `Работает до ${until}`),
    },
    ending: {
      badge: 'Скоро закончится',
      headline: ({ left }) => `Осталось: ${left}`,
      line: ({ until }) => `Работает до ${until ?? ''}. Продлите вовремя: ссылка и приложения останутся прежними.`,
    },
    preparing: {
      badge: 'Настраивается',
      headline: () => 'Ваши серверы настраиваются',
      line: ({ until }) => `Это займёт несколько секунд.${until === undefined ? '' : ` Оплачено до ${until}.`}`,
    },
    expired: {
      badge: 'Закончилась',
      headline: ({ ago }) => `Закончилась ${ago}`,
      line: ({ until }) => `Работала до ${until ?? ''}. Продлите, и та же ссылка снова заработает. ${stays}`,
    },
    limited: {
      badge: 'Нет трафика',
      headline: () => 'Трафик израсходован',
      line: ({ reset }) =>
        reset === undefined
          ? `Продлите или возьмите тариф побольше. ${stays}`
          : `Новый трафик появится ${reset}. Чтобы не ждать, возьмите тариф побольше. ${stays}`,
    },
    suspended: {
      badge: 'Приостановлена',
      headline: () => 'Доступ приостановлен',
      line: ({ until }) => `${until === undefined ? '' : `Оплачено до ${until}. `}Напишите, пожалуйста, в поддержку.`,
    },
    denied: {
      badge: 'Не оплачена',
      headline: () => 'Больше не оплачена',
      line: () => `Продлите, и та же ссылка снова заработает. ${stays}`,
    },
    moved: {
      badge: 'Заменена',
      headline: () => 'Эта ссылка заменена',
      line: () => 'Возьмите новую там же, где получили эту, и добавьте её в приложения.',
    },
  },
  renew: 'Продлить',
  openBot: 'Открыть бота',
  askSupport: 'Написать в поддержку',
  lookAgain: 'Обновить страницу',
  announceMore: 'Подробнее',
  platforms: { android: 'Android', ios: 'iPhone, iPad', windows: 'Windows', macos: 'Mac', linux: 'Linux' },
  connect: {
    title: 'Подключение',
    add: (app) => `Добавить в ${app}`,
    get: (app) => `Скачать ${app}`,
    addShort: 'Добавить',
    getShort: 'Скачать',
    notInstalled: 'Ещё не установлено?',
    otherApps: 'Другие приложения',
    byHand: 'Скопируйте ссылку и добавьте её там как подписку',
    address: 'Ваша ссылка',
    copy: 'Скопировать',
    copied: 'Скопировано',
    secret: 'Подходит любому приложению, которое принимает подписки. Это ваш ключ: не показывайте его другим.',
    collapsed: 'Ссылка и приложения',
  },
  elsewhere: {
    title: 'Другое устройство',
    scan: 'Наведите на код камеру другого устройства: эта страница откроется там. Или отсканируйте его в приложении.',
    code: 'QR-код вашей ссылки',
    apps: 'Приложения для всех устройств',
  },
  traffic: {
    title: 'Трафик',
    used: (used, limit) => `${used} из ${limit}`,
    unlimited: (used) => `${used}, без ограничений`,
    left: (left) => `Осталось: ${left}`,
    monthly: (day) => `счёт начнётся заново ${day}`,
    renewal: 'счёт начинается заново при каждом продлении',
  },
  devices: {
    title: (used, limit) => `Устройства: ${used} из ${limit}`,
    none: 'Пока ни одного. Они появляются, когда приложение обновляет подписку.',
    unnamed: 'Безымянное устройство',
    seen: (day) => `последний раз ${day}`,
    remove: 'Удалить',
    removeYes: 'Да, удалить',
    hint: 'Удалите устройство, чтобы освободить место для другого. Считаются только приложения, которые сообщают о своём устройстве; то, которого не было 60 дней, освобождает место само.',
    more: (count) => `Ещё ${count} в боте`,
  },
  servers: {
    title: 'Серверы',
    some: (ready) =>
      plural(ready, {
        one: `✓ ${ready} сервер готов`,
        few: `✓ ${ready} сервера готовы`,
        other: `✓ ${ready} серверов готовы`,
      }),
    all: (total) =>
      total === 1
        ? '✓ Ваш сервер готов'
        : plural(total, {
            one: `✓ Готов ${total} сервер`,
            few: `✓ Готовы все ${total} сервера`,
            other: `✓ Готовы все ${total} серверов`,
          }),
    part: (ready, total) => {
      const missing = total - ready;
      const last = total > 1 ? (ordinals[total - 1] ?? 'последний') : 'последний';
      const rest = missing === 1 ? `${last} появится сам` : `остальные ${missing} появятся сами`;
      return `Готово серверов: ${ready} из ${total}; ${rest}`;
    },
    entries: (count) =>
      `В приложении: ${count} ${plural(count, { one: 'строка', few: 'строки', other: 'строк' })}, к серверу ведёт несколько путей.`,
    more: (count) => `Ещё ${count}`,
  },
  telegram: {
    title: 'Только для Telegram',
    hint: 'Прокси внутри Telegram: работает без приложений.',
    open: 'Подключить',
    more: (count) => `Ещё ${count} здесь не показано: спросите в поддержке`,
  },
  links: {
    title: 'Ссылки по одной',
    hint: 'Для приложений, которые не принимают подписки. Сами они не меняются, когда меняются серверы.',
    file: 'Все ссылки файлом',
    more: (count) => `Ещё ${count} в файле`,
  },
  support: 'Поддержка',
  website: 'Сайт',
};
