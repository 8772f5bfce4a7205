"""Loads a beancount file as beancount does, and prints its errors and every account's balance as JSON."""

import json
import sys

from beancount import loader
from beancount.core import data, realization

entries, errors, options = loader.load_file(sys.argv[1])
balances = {}
for account in realization.iter_children(realization.realize(entries)):
    for position in account.balance:
        if position.units.number != 0:
            balances[account.account + " " + position.units.currency] = str(position.units.number)
print(
    json.dumps(
        {
            "errors": [error.message for error in errors],
            "transactions": sum(isinstance(entry, data.Transaction) for entry in entries),
            "balances": balances,
        }
    )
)
