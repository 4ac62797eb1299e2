"""What the descriptor cannot say: rules across the columns of an invoice, as pandera checks that run inside the engine."""

import pandera.ibis as pa

checks = [
    pa.Check(lambda data: data.table.net + data.table.tax == data.table.gross, name="net_and_tax_make_gross"),
    pa.Check(lambda data: data.table.tax <= data.table.net, name="tax_is_never_above_net"),
    pa.Check(lambda data: data.table.issued_on <= data.table.due_on, name="due_after_issue"),
]
