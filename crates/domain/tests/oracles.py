"""Outside judges of identifiers and workdays: reads one question a line, answers one line each.

Questions: `id TEXT` (python-stdnum), `idv TEXT` (id-validator, which takes 20 ms each), `uscc TEXT`,
`mod3736 TEXT` (payload), `day YYYY-MM-DD`. Answers: `1` or `0`; for `mod3736` the character.
"""

import sys
from datetime import date

from chinese_calendar import is_workday
from id_validator import validator
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_37_36

for line in sys.stdin:
    kind, text = line.split()
    if kind == "id":
        print(int(ric.is_valid(text)))
    elif kind == "idv":
        print(int(bool(validator.is_valid(text))))
    elif kind == "uscc":
        print(int(uscc.is_valid(text)))
    elif kind == "mod3736":
        print(mod_37_36.calc_check_digit(text))
    else:
        print(int(is_workday(date.fromisoformat(text))))
