### Что читают те, кто работает в магазине.

admin-button-menu = 🛠 Управление
admin-button-find = 🔎 Найти клиента
admin-button-transfers = 🧾 Чеки ({ $count })
admin-button-queues = 📥 Нужен человек ({ $count })
admin-button-queues-open = 📥 Нужен человек
admin-button-revenue = 📈 Выручка
admin-button-admins = 👥 Администраторы
admin-button-resume-refunds = ▶️ Возобновить возвраты
admin-button-before = ‹
admin-button-after = ›
admin-button-customer = 👤 Клиент
admin-button-orders = Заказы
admin-button-charges = Платежи
admin-button-notices = Сообщения
admin-button-audit = Действия
admin-button-ledger = 📒 Вся книга
admin-button-ban = ⛔ Заблокировать
admin-button-unban = ✅ Снять блокировку
admin-button-compensate = 🩹 +{ $days } д
admin-button-grant = 🎁 Дать время
admin-button-grant-days = +{ $days } д
admin-button-suspend = ⏸ Приостановить
admin-button-resume = ▶️ Возобновить
admin-button-keys = 🔐 Новые ключи
admin-button-address = 🔗 Новая ссылка
admin-button-take = ✋ Взять себе
admin-button-take-over = ✋ Забрать себе
admin-button-refund = ↩️ Вернуть всё
admin-button-extend = ⏩ Дать время
admin-button-returned = 💸 Я вернул деньги сам
admin-button-dismiss = ✔️ Улажено
admin-button-approve = ✅ Подтвердить
admin-button-decline = ✖ Отклонить
admin-button-receipt = 🧾 Чек

admin-role-support = поддержка
admin-role-finance = финансы
admin-role-owner = владелец

admin-title = 🛠 <b>{ $shop }</b> · { $role }
admin-test-shop = 🧪 Магазин принимает тестовые деньги.
admin-refunds-paused = ⏸ Возвраты ждут с { $since }, например после восстановления базы. Прежде чем возобновить, посмотрите платежи, которым нужен человек.

admin-age-days = { $count } д
admin-age-hours = { $count } ч
admin-age-minutes = { $count } мин

## Поиск

admin-find = 🔎 Кого? Telegram id, @имя, часть имени, номер подписки (длинный или короткий), заказа или платежа.
admin-found = Нашлось по «{ $query }»:
admin-found-nobody = По «{ $query }» никого нет. Попробуйте иначе.

admin-customer-since = С { $since } · язык { $language }
admin-customer-banned = ⛔ Заблокирован с { $since }
admin-customer-unreachable = 📵 Сообщения не доходят с { $since }
admin-customer-trial = Пробный период взят.
admin-customer-empty = Подписок нет.

## Подписка

admin-sub-title =
    <b>{ $title }</b> · тариф { $plan }
    <code>{ $name }</code>
admin-sub-until = До { $until }
admin-sub-ended = ⌛ Закончилась { $until }
admin-sub-denied = ⏸ Доступ закрыт: есть открытая приостановка
admin-sub-traffic = Трафик: { $used } из { $limit }
admin-sub-store = База: на { $panels } панелях, ключи { $generation }, доставлено { $provisioned }
admin-sub-cluster-silent = ⚠️ Кластер не отвечает: состояние и панели неизвестны.
admin-sub-cluster-none = ⚠️ В кластере такого ресурса ещё нет.
admin-sub-conditions = <b>Кластер</b> { $delivered }
admin-sub-panel = панель
admin-sub-delivery-confirmed = на месте ✅
admin-sub-delivery-pending = ещё нет ⏳
admin-sub-delivery-removing = снимается ♻️
admin-sub-ledger = <b>Книга</b>, последнее

admin-ledger-title = 📒 <b>{ $name }</b> действует до { $until }, потому что:
admin-entry-grant =
    { $source ->
        [charge] куплено
        [trial] пробный период
        [compensation] компенсация
       *[other] дано человеком
    }
admin-entry-reversal =
    { $source ->
        [refund] возврат записи { $about }
        [dispute] проигран спор о записи { $about }
       *[other] запись { $about } отобрана
    }
admin-entry-hold =
    { $source ->
        [ban] блокировка
        [dispute] спор
       *[other] приостановлено
    }
admin-entry-release = конец записи { $about }
admin-entry-reset = трафик считается заново
admin-entry-reason = «{ $reason }»

## Списки

admin-list-empty = Здесь ничего нет.
admin-list-orders = <b>Заказы</b>
admin-list-charges = <b>Платежи</b>
admin-list-notices = <b>Что бот сообщил клиенту</b>
admin-list-audit = <b>Что сделали люди</b>
admin-order-pending = открыт
admin-order-paid = оплачен ✅
admin-order-trial = пробный период 🎁
admin-order-canceled = отменён
admin-order-expired = истёк
admin-order-superseded = заменён
admin-order-review = 🧾 чек ждёт

## Платежи

admin-disposition-granted = зачтён
admin-disposition-surplus = оплачено дважды
admin-disposition-mismatch = не та сумма, плательщик или валюта
admin-disposition-orphan = заказ неизвестен
admin-disposition-foreign = не этого магазина
admin-disposition-blocked = клиент заблокирован
admin-test-money = 🧪 Тестовые деньги
admin-charge-title = 💳 <b>{ $amount }</b>, { $provider }
admin-charge-reason = Почему: { $reason }
admin-charge-paid = Оплачено { $at }
admin-charge-paid-by = Оплачено { $at }, плательщик { $payer }
admin-charge-nobody = 👤 Клиент неизвестен.
admin-charge-order = Заказ <code>{ $order }</code>
admin-charge-refunded = ↩️ Возвращено { $amount }
admin-charge-refunding = ↩️ Возврат запрошен
admin-charge-by-hand = ↩️ Вернуть нужно вам самим: этот способ оплаты ничего не возвращает
admin-charge-refused = ❌ Платёжная система отказала в возврате: { $reason }
admin-charge-owner = Ведёт: { $owner }
admin-charge-owner-nobody = Ведёт: никто
admin-charge-settled = ✔️ Решено: { $settlement }, { $by }
admin-taken-by-other = Его уже взял кто-то другой.

## Очереди

admin-queues = 📥 Что ждёт человека, и возраст самого старого:
admin-queues-empty = 📥 Ничего не ждёт человека.
admin-queue-transfers = 🧾 Чеки
admin-queue-surplus = Оплачено дважды
admin-queue-mismatch = Не подходит к заказу
admin-queue-orphan = Заказ неизвестен
admin-queue-blocked = От заблокированных
admin-queue-refused = Нужно вернуть
admin-queue-surplus-about = Заказ уже был оплачен, а платёжная система сама не возвращает. Через 72 часа станет временем, если никто не возьмёт.
admin-queue-mismatch-about = Сумма, валюта или плательщик не те, что в заказе. Разберитесь, затем верните или дайте время.
admin-queue-orphan-about = Помечен этим магазином, но заказа в базе нет, например после восстановления.
admin-queue-blocked-about = Заплатил заблокированный клиент. Верните или снимите блокировку и дайте время.
admin-queue-refused-about = Платёжная система отказала или вообще не возвращает, как при переводах на карту. Верните сами и отметьте это: тогда закончится и время.

## Выручка

admin-revenue-title = 📈 <b>Выручка</b> ({ $zone }), за вычетом возвратов
admin-revenue-today = <b>Сегодня</b>
admin-revenue-month = <b>За месяц</b>
admin-revenue-none = Ничего.
admin-revenue-line =
    { $provider }: <b>{ $net }</b>, { $charges ->
        [one] { $charges } платёж
        [few] { $charges } платежа
       *[other] { $charges } платежей
    }
admin-revenue-refunds = ({ $paid } − { $refunded })

admin-admins = 👥 <b>Администраторы</b>
admin-admins-line = { $person } · { $role }
admin-admins-how = Их добавляют и убирают командами <code>wayleave admin add</code> и <code>wayleave admin remove</code>.

## Действия

admin-ask-reason = Нажмите причину или напишите свою: после этого будет сделано.
admin-why-request = 🙋 Клиент попросил
admin-why-trouble = 🛠 Что-то пошло не так
admin-why-abuse = 🚫 Злоупотребление
admin-done-already = Это уже сделано или отменено.
admin-refused = ✖ Не сделано: { $why }

admin-ask-compensate =
    { $days ->
        [one] Дать { $days } день: { $what }?
        [few] Дать { $days } дня: { $what }?
       *[other] Дать { $days } дней: { $what }?
    }
admin-ask-grant = Дать { $length }: { $what }?
admin-ask-suspend = Приостановить { $what }? Время идёт дальше.
admin-ask-resume = Возобновить { $what }?
admin-ask-keys = Новые ключи: { $what }? Старые ещё какое-то время работают.
admin-ask-address = Новая ссылка: { $what }? Старая перестанет работать через 15 минут.
admin-ask-ban = Заблокировать { $what }? Все подписки приостановятся, открытые заказы закроются; время идёт дальше.
admin-ask-unban = Снять блокировку: { $what }?
admin-ask-refund = Вернуть <b>{ $what }</b>? Купленное время закончится, когда платёжная система подтвердит.
admin-ask-refund-by-hand = Вернуть <b>{ $what }</b>? Перевести придётся вам самим: этот способ оплаты ничего не возвращает. Купленное время закончится, когда вы отметите, что перевели.
admin-ask-extend = Дать время за { $what }? Столько, сколько купил бы заказ.
admin-ask-returned = Вы сами вернули <b>{ $what }</b>? Купленное на эти деньги время сразу закончится.
admin-ask-dismiss = Отметить { $what } как улаженное? Деньги не двигаются.
admin-ask-refunds = Снова отправлять возвраты ({ $what })? Ожидающие уйдут сразу.
admin-grant-what = Что дать? Дни такие же, как прежние; тариф приносит свои ограничения.

admin-did-compensate =
    { $days ->
        [one] 🩹 Дан { $days } день: { $what }.
        [few] 🩹 Дано { $days } дня: { $what }.
       *[other] 🩹 Дано { $days } дней: { $what }.
    }
admin-did-grant = 🎁 Дано { $length }: { $what }.
admin-did-suspend = ⏸ Приостановлено: { $what }.
admin-did-resume = ▶️ Возобновлено: { $what }.
admin-did-keys = 🔐 Новые ключи в пути: { $what }.
admin-did-address = 🔗 Новая ссылка: { $what }. Клиент найдёт её в своей подписке.
admin-did-ban = ⛔ Заблокирован: { $what }.
admin-did-unban = ✅ Блокировка снята: { $what }.
admin-did-refund = ↩️ { $what }: возврат запрошен. Клиент узнает, когда деньги уйдут.
admin-did-refund-by-hand = ↩️ { $what }: теперь переведите деньги сами, автоматически ничего не уйдёт. Пока вы этого не отметите, платёж ждёт в «Нужен человек».
admin-did-extend = ⏩ Время дано за { $what }.
admin-did-returned = 💸 Записано, что деньги возвращены: { $what }.
admin-did-dismiss = ✔️ Улажено: { $what }.
admin-did-refunds = ▶️ Возвраты ({ $what }) снова отправляются.

## Чеки

admin-transfers = 🧾 Чеки ждут, сначала самые старые:
admin-transfers-none = 🧾 Чеков нет.
admin-transfer-title = 🧾 <b>{ $price }</b> за { $title }
admin-transfer-facts = { $at } · { $method } · { $length }
admin-transfer-repeats = ⚠️ <b>Эту картинку уже показывали.</b>
admin-transfer-order = ⚠️ Состояние заказа: { $state }. Деньги всё равно считаются.
admin-transfer-approved = ✅ Подтверждено: { $by }, { $at }
admin-transfer-declined = ✖ Отклонено: { $by }, { $at }
admin-transfer-decided =
    { $decision ->
        [approved] Уже подтверждено: { $by }.
       *[declined] Уже отклонено: { $by }.
    }
admin-transfer-odd = ⚠️ Деньги не купили заказанное: { $what }. Нужен человек.
admin-toast-approved = Подтверждено
admin-toast-declined = Отклонено
admin-decline-ask = Почему? Клиент это прочтёт. Нажмите причину или напишите свою: после этого будет отклонено.
admin-decline-done = ✖ Ответ записан.
admin-decline-canceled = Ничего не отклонено: чек ждёт дальше.
admin-decline-missing = Деньги не пришли.
admin-decline-amount = Сумма не та, что в заказе.
admin-decline-unreadable = Чек нельзя прочесть.

## Поддержка

admin-support-from = 💬 Пишет { $person }. <i>Ответьте на это сообщение, чтобы ответить клиенту.</i>
admin-support-answer = ✍️ Следующее ваше сообщение получит { $name }.
admin-support-answered = ✓ Отправлено клиенту.
