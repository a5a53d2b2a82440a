"""The examples of docs/scenario.md; each is a whole scenario, which a test checks."""

from __future__ import annotations

ROBOCALL = """\
scenario: parcel_arrived
title: A parcel waits at the pick-up point
kind: robocall
languages: [ru, en]              # the first is the default; a contact's `language` column chooses

contact:                         # columns a batch must bring; `phone` always
  name: text
  order: digits
  due: date
  days_overdue: {type: number, optional: yes}

messages:
  hello:
    ru: Здравствуйте, {{ name }}. Заказ {{ order | digits }} ждёт вас до {{ due | date }}.
    en: Hello, {{ name }}. Order {{ order | digits }} waits for you until {{ due | date }}.
  choice:
    ru: Заберёте сегодня - нажмите 1. Позвонить завтра - 2. Повторить - звёздочка.
    en: If you collect it today, press 1. To be called tomorrow, 2. To hear this again, star.
  thanks: {ru: Спасибо!, en: Thank you!}

flow:
  start:
    - say: hello
    - menu:
        prompt: choice
        timeout: 5s
        tries: 3
        keys: {1: today, 2: tomorrow, "*": start}
        otherwise: nothing_chosen
  today: [{result: confirmed}, {say: thanks}]
  tomorrow: [{result: call_back}, {say: thanks}]
  nothing_chosen: [{result: no_choice}]

machine: leave_message

dial:
  gateways: [main, spare]
  caller_id: +74951234567
  ring: 30s
  hours: {mon-fri: 09:00-20:00, sat-sun: 10:00-18:00, holidays: RU}
  timezone: contact
  attempts: 6
  per_day: 2
  first: [days_overdue desc, fewest_attempts, oldest]

rules:
  no_answer:      {retry: [2h, 4h, next_day]}      # by attempt; the last one repeats
  busy:           {retry: [15m, 15m, 1h]}
  congestion:     {retry: 2m, counts: no}          # the trunk's trouble does not use up attempts
  rejected:       {retry: 1d, at_most: 1}
  invalid_number: {status: bad_number, next_phone: yes}
  call_back:      {retry: next_day, status: call_back}
  no_choice:      {status: heard}
  exhausted:      {status: not_reached}

tests:
  - name: confirms at once
    contact: {phone: +79990000001, name: Анна, order: 1042, due: 2026-12-01}
    call: [answers, hears: hello, presses: 1, hears: thanks]
    expect: {result: confirmed, status: confirmed}
  - name: busy, then nobody, then reached
    calls: [busy, no_answer, [answers, presses: 2]]
    expect: {attempts: 3, waits: [15m, 4h], status: call_back}
"""

PREDICTIVE = """\
scenario: new_orders
title: New orders are confirmed by an agent
kind: predictive
languages: [ru, en]
project: shop
contact: {name: text, order: digits, amount: money, tier: {type: text, optional: yes}}

messages:
  please_wait: {ru: "Пожалуйста, не кладите трубку.", en: "Please hold the line."}

dial:
  gateways: [main]
  caller_id: +74951234567
  hours: {mon-fri: 09:00-20:00}
  pacing: {mode: predictive, abandoned: 3%, within: 2s}   # progressive | ratio 1.5 | predictive
  per_hour: even
  first: [amount desc, fewest_attempts]
  attempts: 4

company: {name: {ru: магазин «Ромашка», en: the Daisy shop}}     # said to whoever is abandoned

flow:
  start: [{queue: {name: sales, music: moh/calm, hold_message: please_wait}}]

queues:
  sales:
    agents: [anna, boris]                # of agents.yaml; or {anna: 1, boris: 2}, or assigned
    strategy: longest_idle
    wrap_up: 40s
    wrap_up_extend: 2 x 30s
    priority: {column: tier, gold: 5m}

desk:
  outcomes:
    sold: {status: customer}
    refused: {status: refused}
    call_back: {retry: 1d}
    wrong_person: {next_phone: yes}

rules:
  abandoned: {retry: 3d, at_most: 1}     # and only with an agent reserved

tests:
  - name: an agent is free
    contact: {phone: +79990000001, name: Анна, order: 1042, amount: 1500}
    call: [answers, takes: anna, outcome: sold]
    expect: {status: customer, reached: anna}
  - name: nobody is free
    call: [answers, hears: please_wait, nobody_takes, hears: abandoned]
    expect: {disposition: abandoned, reached: none}
"""

AGENTS = """\
breaks: [lunch, training]              # the reasons that a break may have

agents:
  anna:
    title: Anna P.
    dial: +79990000001                 # a number, by gateways
    gateways: [main]
    queues: {sales: 1, shop_line:support: 2}      # for queues that say `agents: assigned`
  boris:
    dial: user/1001                    # a telephone that is registered with the switch
    switch: main
    standing: yes                      # stays on the line between calls
    user: 1001                         # whose feature codes are boris'
  vera: {dial: {main: user/1002, spare: sofia/gateway/pbx/1002}, language: ru}

defaults: {project: shop}              # any key, for agents who do not have it
"""

IVR = """\
scenario: shop_line
title: The shop's telephone
kind: ivr
languages: [ru, en]              # the first is the default; the number chooses, or the step `language`
numbers: [+74950000001]
caller_language: {+7: ru, +44: en}
hours: {mon-fri: 09:00-21:00, holidays: RU, dates: {2026-12-31: 09:00-15:00}}

messages:
  welcome: {ru: Здравствуйте!, en: Welcome!}
  main: {ru: "Ваш заказ - 1, отдел продаж - 2, адрес - 3.", en: "Your order: 1, sales: 2, address: 3."}
  closed_now: {ru: Мы закрыты., en: We are closed.}
  enter_order: {ru: Введите номер заказа., en: Enter your order number.}
  status_is:
    ru: "{{ card.status }}. К оплате {{ card.sum | money }}."
    en: "{{ card.status }}. To pay: {{ card.sum | money }}."
  address_text: {ru: "Тверская, дом один.", en: "One, Tverskaya street."}
  you_called_us: {ru: Вы нам звонили., en: You called us.}

flow:
  start:
    - answer
    - say: welcome
    - menu: {prompt: main, keys: {1: order_status, 2: sales, 3: address}, otherwise: sales}
  closed: [{say: closed_now}, {offer_callback: next_opening}]      # taken outside `hours`
  order_status:
    - ask: {prompt: enter_order, digits: 4..8, into: order}
    - fetch: {get: crm/orders, into: card, timeout: 3s, otherwise: sales}
    - say: status_is
  sales:
    - queue:
        name: sales
        max_waiting: 2 x agents          # or a number
        max_wait: 5m
        music: moh/calm
        announce: {every: 30s, position: yes, wait: yes}
        offer_callback: after 60s
        record: yes
        overflow: voicemail
  address: [{say: address_text}, {goto: start}]
  voicemail: [{record: {max: 2m, email: office}}]

queues:
  sales: {agents: [+79990000001, +79990000002], strategy: in_turn, ring: 20s}

missed:                                  # a caller who reached nobody
  after: 2m                              # 30s to 24h
  unless: called_again_and_reached
  attempts: 3
  rules: {no_answer: {retry: 30m}, busy: {retry: 10m}}
  flow: [{say: you_called_us}, {queue: sales}]
  notify: {email: office}
  per_number: {1d: 1}
"""
