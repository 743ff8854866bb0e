"""What calls to models cost: budgets that hold before a call is made, and a ledger of what was spent."""
