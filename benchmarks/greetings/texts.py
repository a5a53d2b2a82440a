"""What humans and machines say when they answer. `|` is a pause inside; the language is told by the alphabet.

Of each list every second entry is for tuning the detector only and the others for reporting only.
"""

from __future__ import annotations

from typing import Final

HELLO: Final = (
    "Алло",
    "Алло?",
    "Да",
    "Да?",
    "Алё",
    "Да-да",
    "Слушаю",
    "Слушаю вас",
    "Да, слушаю",
    "Да, алло",
    "Говорите",
    "Алло, да",
    "Угу",
    "Але, кто это",
    "Hello?",
    "Hello",
    "Yes?",
    "Yes",
    "Hi",
    "Yeah?",
    "Good morning",
    "Yes, hello",
    "Speaking",
    "Hello, who is it?",
)
HELLO_TWICE: Final = (
    "Алло | Алло",
    "Да | Слушаю",
    "Алло | Да | Слушаю вас",
    "Да | Да, говорите",
    "Алло | Я слушаю",
    "Ой, да | Алло",
    "Hello | Hello?",
    "Yes | Hello",
    "Hello | Yes, who is this?",
    "Hi | Hello?",
    "Yeah | Hi",
    "Hello | Sorry | Yes",
)
NAMED: Final = (
    "Да, Иван слушает",
    "Слушаю, Петрова",
    "Алло, Сергей Петрович слушает",
    "Да, я слушаю вас, говорите",
    "Здравствуйте, слушаю вас",
    "Добрый день, это Анна",
    "Yes, John speaking",
    "Hello, this is Mary",
    "Smith residence, hello",
    "Good morning, Anna speaking",
    "Hi, Peter here",
    "Yes, this is David Brown",
)
RECEPTION: Final = (
    "Компания Вектор, добрый день",
    "Стоматология Улыбка, здравствуйте",
    "Ресторан Прага, слушаю вас",
    "Автосервис Мотор, Андрей, добрый день",
    "Добрый день, клиника Здоровье, администратор Ольга",
    "Такси Город, здравствуйте, слушаю вас",
    "Northern Bank, good morning",
    "Acme support, how can I help?",
    "Good afternoon, City Dental, Kate speaking",
    "Riverside Hotel, reception, good evening",
    "Miller and sons, Tom speaking, how can I help you?",
    "Green's flowers, hello",
)
# Behind a human: what a household says.
BACKGROUND: Final = (
    "Мама, мама, смотри, я нашёл её под столом",
    "А я тебе говорю, что завтра обещали дождь и ветер",
    "Give it back, it is mine, I had it first",
    "And then he said that the train was late again",
    "Отдай, это моё, я первый взял",
    "No, put it on the table, next to the window please",
)
VOICEMAIL: Final = (
    "Здравствуйте! | Вы позвонили по номеру девять один шесть. | Оставьте сообщение после сигнала.",
    "Абонент не отвечает. | Вы можете оставить голосовое сообщение после звукового сигнала.",
    "Здравствуйте, вас приветствует голосовая почта. | К сожалению, абонент не может ответить на ваш звонок. "
    "| Пожалуйста, оставьте сообщение после сигнала.",
    "Привет, это Дима. | Сейчас я не могу говорить. | Скажите, что хотели, и я перезвоню.",
    "Вас приветствует автоответчик. | Продиктуйте сообщение после гудка.",
    "Добрый день! | Вы позвонили в компанию Вектор. | В настоящее время офис закрыт. "
    "| Мы работаем с девяти до восемнадцати часов. | Оставьте ваше сообщение.",
    "Алло! | Меня сейчас нет дома, | но вы можете оставить сообщение после сигнала.",
    "Номер, который вы набрали, временно не обслуживается оператором. | Говорите после сигнала.",
    "Здравствуйте. | К сожалению, меня нет на месте, перезвоню, как только смогу.",
    "Оставьте сообщение.",
    "Вы дозвонились до семьи Ивановых. | Мы не дома. | После гудка оставьте своё имя и номер телефона.",
    "Говорит секретарь Сергея Петровича. | Он занят и ответит вам позже. | Что ему передать?",
    "Hello. | You have reached the voice mailbox of five five five, one two three four. "
    "| Please leave your message after the tone.",
    "Hi, this is John. | I can't come to the phone right now. | Leave a message and I'll call you back.",
    "The person you are calling is not available. | Please record your message after the beep.",
    "Your call has been forwarded to an automatic voice message system. | At the tone, please record your "
    "message. | When you have finished recording, you may hang up.",
    "You've reached the Smith family. | We're not home. | Leave your name and number and have a great day.",
    "Hey, it's Kate! | You know what to do.",
    "Good afternoon. | You have reached Northern Bank. | Our office is closed now. | Our opening hours are nine "
    "to five, Monday to Friday. | Please leave a message.",
    "Sorry, nobody is available to take your call. | Please leave a message after the tone.",
    "Leave a message.",
    "Hello? | Just kidding, this is Peter's machine. | Speak after the beep.",
    "Thank you for calling. | All of our agents are busy. | Leave your number and we will return your call.",
    "Welcome to Verity voice mail. | The customer you are calling cannot answer. | Please leave a message "
    "or press one for more options.",
)
CARRIER: Final = (
    "Аппарат абонента выключен или находится вне зоны действия сети.",
    "Абонент временно недоступен. | Попробуйте позвонить позднее.",
    "Неправильно набран номер. | Проверьте правильность набора и перезвоните снова.",
    "Набранный вами номер не существует. | Пожалуйста, позвоните в справочную службу.",
    "Данный вид связи недоступен для абонента. | The number is not available for this type of call.",
    "Телефон абонента заблокирован. | Позвоните, пожалуйста, позднее.",
    "The number you have dialed is not in service. | Please check the number and dial again.",
    "The subscriber you are calling is out of reach. | Please try again later.",
    "We're sorry, your call cannot be completed as dialed. | Please hang up and try again.",
    "The customer you are calling is not accepting calls at this time.",
    "All circuits are busy now. | Please try your call again later.",
    "The mailbox is full and cannot accept any messages at this time. | Goodbye.",
)
MENU: Final = (
    "Здравствуйте, вы позвонили в банк. | Для связи с оператором нажмите один. | Для блокировки карты нажмите два.",
    "Ваш звонок очень важен для нас. | Пожалуйста, оставайтесь на линии.",
    "Thank you for calling customer care. | For English, press one. | For billing questions press two.",
    "Your call may be recorded for training purposes. | Please hold for the next available agent.",
)
